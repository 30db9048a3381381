#!/bin/sh
# build.sh EXAMPLE COPY PREFIX OUT: does what the first block of the example's README says, in a copy of its
# folder and with the package that is installed in PREFIX as ~/toolrack, and puts the plugin where the
# end-to-end tests look for it. What else the build should know comes in the environment.
set -eu
example=$1 copy=$2 prefix=$3 out=$4

if ccache=$(command -v ccache); then
    CCACHE_DIR=$(ccache --get-config cache_dir)
    export CCACHE_DIR CMAKE_C_COMPILER_LAUNCHER="$ccache" CMAKE_CXX_COMPILER_LAUNCHER="$ccache"
fi
export HOME="$copy.home" CTEST_OUTPUT_ON_FAILURE=1
mkdir -p "$HOME" "$copy"
ln -sfn "$prefix" "$HOME/toolrack"

cp -a "$example/." "$copy"
cd "$copy"
awk '/^```sh$/ { inside = 1; next } /^```$/ && inside { exit } inside' README.md | sh -eux
cp "$(find . -maxdepth 2 -name '*.so')" "$out"
