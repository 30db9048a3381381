#!/bin/sh
# build.sh EXAMPLE COPY PREFIX OUT: runs the first block of the example's README in a copy of its folder, with the
# package installed in PREFIX as ~/toolrack, and copies the plugin to OUT. The environment sets compilers and flags.
set -eu
example=$1 copy=$2 prefix=$3 out=$4

if ccache=$(command -v ccache); then
    CCACHE_DIR=$(ccache --get-config cache_dir)
    export CCACHE_DIR CMAKE_C_COMPILER_LAUNCHER="$ccache" CMAKE_CXX_COMPILER_LAUNCHER="$ccache"
fi
export HOME="$copy.home" CTEST_OUTPUT_ON_FAILURE=1
rm -f "$out"  # the end-to-end tests must not load the plugin of an earlier build
mkdir -p "$HOME" "$copy"
ln -sfn "$prefix" "$HOME/toolrack"

cp -a "$example/." "$copy"
cd "$copy"
awk '/^```sh$/ { inside = 1; next } /^```$/ && inside { exit } inside' README.md | sh -eux
cp "$(find . -maxdepth 2 -name '*.so')" "$out"
