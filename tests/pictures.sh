#!/usr/bin/env bash
# Takes pictures of HTML reports with headless Chromium, and checks what is on them: nothing is wider
# than the screen, the words that matter are seen, markup in a payload did nothing. The pictures are
# in target/tmp/pictures, to be looked at: telephone (360 px), desktop, dark, print.
# Without Chromium (Debian: apt-get install chromium) it says so and is content.
set -euo pipefail
cd "$(dirname "$0")/.."

browser=''
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then browser=$name && break; fi
done
if [ -z "$browser" ]; then
    echo 'pictures: Chromium is not installed, so none are taken'
    exit 0
fi

folder=${CARGO_TARGET_DIR:-$PWD/target}/tmp/pictures
rm -rf "$folder"
cargo test --quiet --test html -- --ignored --exact pages_for_pictures >/dev/null
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

chromium() {
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync \
        --hide-scrollbars --user-data-dir="$profile" --virtual-time-budget=5000 "$@" 2>/dev/null
}

failed=0
fail() {
    echo "pictures: $*" >&2
    failed=1
}

# The picture of a page: its name, the picture's, the size, and what else Chromium is to be told.
picture() {
    local page=$1 name=$2 size=$3
    shift 3
    chromium --screenshot="$folder/$name.png" --window-size="$size" "$@" "file://$folder/$page" >/dev/null
    [ "$(wc -c <"$folder/$name.png")" -gt 5000 ] || fail "$name.png shows nothing"
}

# A copy of a page that tells the page around it how wide it is and whether a text is seen, and that
# page: a window of Chromium is never as narrow as a telephone, a frame is.
framed() {
    local name=$1 width=$2 height=$3
    sed -e '/http-equiv="Content-Security-Policy"/d' -e 's#</body>#<script>\
        const words = decodeURIComponent(location.hash.slice(1));\
        const seen = document.body.innerText.includes(words) \&\& document.title.startsWith("WebSocket");\
        parent.postMessage(document.documentElement.scrollWidth + " " + innerWidth + " " + seen, "*");\
        </script></body>#' "$folder/$name.html" >"$folder/$name-copy.html"
    cat >"$folder/$name-$width.html" <<HTML
<!doctype html><meta name="color-scheme" content="light dark"><body style="margin:0">
<script>onmessage = message => { document.body.dataset.check = message.data }</script>
<iframe src="$name-copy.html#$4" width="$width" height="$height" style="border:0;display:block"></iframe>
HTML
}

# Whether nothing is wider than the screen, and the words are seen.
check() {
    local name=$1 width=$2 words=$3 told wide screen seen
    framed "$name" "$width" 3000 "${words// /%20}"
    told=$(chromium --window-size=1400,900 --dump-dom "file://$folder/$name-$width.html" |
        sed -n 's/.*data-check="\([^"]*\)".*/\1/p')
    read -r wide screen seen <<<"$told"
    if [ -z "$told" ] || [ "$screen" -ne "$width" ]; then
        fail "$name at $width px: not rendered (${told:-nothing})"
    elif [ "$wide" -gt "$screen" ]; then
        fail "$name at $width px: it is $wide px wide"
    elif [ "$seen" != true ]; then
        fail "$name at $width px: '$words' is not seen, or its title was changed"
    fi
}

while IFS='|' read -r name words; do
    check "$name" 360 "$words"
    check "$name" 1280 "$words"
done <<'PAGES'
one|ikely an intermediary (nginx)
idle|timer ended the connection
lossy|WebSocket connection
storm|are broken
clean|Nothing is broken
many|connections are broken
hostile|<script>document.title='owned'</script>
PAGES

for name in one many hostile; do
    picture "$name-360.html" "$name-telephone" 500,3000
done
for name in one idle lossy storm clean many hostile; do
    picture "$name.html" "$name-desktop" 1280,3000
done
picture one.html one-dark 1280,3000 --blink-settings=preferredColorScheme=0
for name in one storm; do
    chromium --no-pdf-header-footer --print-to-pdf="$folder/$name.pdf" "file://$folder/$name.html" >/dev/null
    if command -v pdftoppm >/dev/null; then
        pdftoppm -r 60 -png "$folder/$name.pdf" "$folder/$name-print"
    fi
done
rm -f "$folder"/*-copy.html "$folder"/*-360.html "$folder"/*-1280.html
[ "$failed" -eq 0 ] && echo "pictures: in $folder, nothing wider than its screen"
exit "$failed"
