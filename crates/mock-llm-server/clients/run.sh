#!/usr/bin/env bash
# Other people's clients against the server: the official openai SDKs for Python and for Node, langchain-openai, litellm,
# openai-agents, pydantic-ai, the llm command, llama-index, instructor, the Vercel AI SDK, a page in Chromium, and async-openai
# for Rust.
# Everything that it makes stands under target/; the server ends with the script.
set -euo pipefail
# An environment that cannot be made ends the script, too.
shopt -s inherit_errexit
cd "$(dirname "$0")"
root=$(cd ../../.. && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
work=$target/clients
mkdir -p "$work"

cargo build --quiet --manifest-path "$root/Cargo.toml" -p mock-llm-server
# The server's process empties it when it starts, and the address of the last run may be read before that.
: >"$work/server.log"
"$target/debug/mock-llm-server" --config mock.toml >"$work/server.log" &
server=$!
# What takes longest is made meanwhile.
cargo build --quiet --manifest-path rust/Cargo.toml --target-dir "$work/rust" &
rust=$!
trap 'kill "$server" "$rust" 2>/dev/null || true; wait "$server" "$rust" 2>/dev/null || true' EXIT

url=
for _ in $(seq 200); do
    url=$(sed -n 's/^listening on \([^,]*\),.*/\1/p' "$work/server.log")
    [ -z "$url" ] || break
    sleep 0.05
done
[ -n "$url" ] || { echo 'the server does not say where it listens' >&2; exit 1; }

# The environment of a list of packages. Not all of these go together in one, and to find that out takes pip minutes.
environment() {
    local venv=$work/venv-$1
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "python/$1.txt"
    echo "$venv/bin/python"
}
python=$(environment requirements)
"$python" python/check_openai.py "$url"
"$python" python/check_responses.py "$url"
"$python" python/check_frameworks.py "$url"
python=$(environment requirements-tools)
"$python" python/check_tools.py "$url"
python=$(environment requirements-openai-2)
"$python" python/check_openai_2.py "$url"

node=$work/node
mkdir -p "$node"
cp node/package.json node/check_node.mjs "$node"
# What is installed stays; another list of packages is installed anew.
if ! cmp -s node/package-lock.json "$node/installed.json"; then
    cp node/package-lock.json "$node"
    npm --prefix "$node" ci --silent --no-audit --no-fund
    cp node/package-lock.json "$node/installed.json"
fi
node "$node/check_node.mjs" "$url"

. "$root/book/tests/need.sh"
need_node_and_chromium
node browser/check_page.mjs "$url"

wait "$rust"
cargo run --quiet --manifest-path rust/Cargo.toml --target-dir "$work/rust" -- "$url"
