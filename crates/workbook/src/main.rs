fn main() -> std::process::ExitCode {
    workbook::main()
}
