// Which exercises have passed. `cargo workbook` writes this file anew in the built book; here nobody has passed anything.
window.workbookPassed = {};
