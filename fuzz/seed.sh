#!/bin/sh
# Fills corpus/ with what to begin from: the seeds, and the captures of ../fixtures.
set -eu
cd "$(dirname "$0")"

for target in header heads reader traffic; do
    mkdir -p "corpus/$target"
    cp "seeds/$target"/* "corpus/$target/"
done
# The layout is the same but for one flag.
mkdir -p corpus/messages
cp seeds/reader/* corpus/messages/
for target in savefile pipeline; do
    mkdir -p "corpus/$target"
    for capture in ../fixtures/real/*/capture.*; do
        name=$(basename "$(dirname "$capture")")
        # The fuzzer changes little of a large file in the time it takes.
        [ "$(wc -c <"$capture")" -gt 16384 ] || cp "$capture" "corpus/$target/$name"
    done
    gunzip -c ../fixtures/real/plain-pcapng-gz/capture.pcapng.gz >"corpus/$target/plain-pcapng"
    cp ../fixtures/containers/* "corpus/$target/"
done
