# Sourced by ./run and ./test: a virtual environment with pinned packages, made once.

fail() {
    echo "$1" >&2
    exit 1
}

find_python() {
    local candidate
    for candidate in python3.13 python3.12 python3.11 python3; do
        if command -v "$candidate" >/dev/null &&
            "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer with venv is needed. On Debian: apt-get install python3 python3-venv"
}

# prepare_environment REQUIREMENTS: install them into .venv, unless exactly these are installed already.
prepare_environment() {
    local python wanted
    [ -x .venv/bin/python ] || {
        python=$(find_python)
        "$python" -m venv .venv
    }
    wanted=$(cat "$1" requirements.txt constraints.txt | sha256sum | cut -d' ' -f1)
    [ "$(cat ".venv/installed-$1" 2>/dev/null)" = "$wanted" ] && return
    echo "Installing packages (once) ..."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$1"
    echo "$wanted" >".venv/installed-$1"
}
