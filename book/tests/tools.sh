# To be sourced, from the root of the workspace. The programs that make the book of its text: each is the reader's own if it
# fits, or one of ours, which is built once into target/tools.
mdbook_version=0.5.4
i18n_version=0.4.0
tools=${CARGO_TARGET_DIR:-$PWD/target}/tools

mdbook() {
    local candidate
    for candidate in "$(type -P mdbook || true)" "$tools/bin/mdbook"; do
        if [ -x "$candidate" ] && [[ $("$candidate" --version) == 'mdbook v0.5.'* ]]; then
            "$candidate" "$@"
            return
        fi
    done
    # As `cargo workbook book` installs it: without its web server, not optimised.
    CARGO_PROFILE_DEV_DEBUG=0 cargo install mdbook --version "$mdbook_version" --locked --quiet \
        --no-default-features --features search --debug --root "$tools"
    "$tools/bin/mdbook" "$@"
}

# mdbook-xgettext and mdbook-gettext do not say which version they are: these are always ours.
need_i18n() {
    grep -q "^\"mdbook-i18n-helpers $i18n_version " "$tools/.crates.toml" 2>/dev/null && return
    CARGO_PROFILE_DEV_DEBUG=0 cargo install mdbook-i18n-helpers --version "$i18n_version" --locked --quiet --debug --root "$tools"
}
