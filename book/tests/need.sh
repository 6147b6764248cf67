# To be sourced. `need PACKAGE COMMAND...` installs a system package where none of the commands is there and the machine has
# apt-get. Who uses the package says what is missing where it has not.
need() {
    local package=$1 command
    shift
    for command in "$@"; do
        type -P "$command" >/dev/null && return
    done
    [ -z "${CHROMIUM:-}" ] || [ "$package" != chromium ] || return 0
    type -P apt-get >/dev/null || return 0
    local sudo=''
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    $sudo apt-get update -q
    $sudo apt-get install -q -y --no-install-recommends "$package"
}

need_node_and_chromium() {
    need nodejs node
    need chromium chromium chromium-browser google-chrome
}
