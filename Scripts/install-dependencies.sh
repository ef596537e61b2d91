#!/usr/bin/env bash
# Installs the Debian packages that building and running need, if they are missing.
set -euo pipefail

# libreadline8: the prompt. libpcre2-dev: regular expressions. libsimdjson-dev: reading JSON.
# zlib1g-dev, libzstd-dev: compressed files.
# libc6-dev and friends come with a Swift toolchain's own requirements.
packages=(libreadline8 libpcre2-dev libsimdjson-dev zlib1g-dev libzstd-dev)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
