"""The style sheet of the page: light and dark, from 320 pixels wide, and on paper."""

LIGHT = """--paper: #faf7f0; --card: #fffdf8; --ink: #33312c; --muted: #756f64; --line: #e4ddcd;
  --leaf: #4f8a3c; --rust: #c2573a; --sky: #3b6ea8; --sand: #b08a2e; --plum: #7a5c9e; --teal: #3f8f89;"""
DARK = """--paper: #1b1a17; --card: #24221e; --ink: #e9e4d8; --muted: #a39c8d; --line: #3d3a33;
  --leaf: #86c46f; --rust: #e58a6e; --sky: #7fb0e6; --sand: #d9b45c; --plum: #b79adb; --teal: #6fc5be;"""
# Inverts the lightness of an image and keeps its hue: 0.95 - 0.85 M x, where M is the matrix of hue-rotate(180deg) in
# the Filter Effects Module Level 1, section 9.2; white becomes about --card, black about --ink.
FILTER = """<filter id="turn" color-interpolation-filters="sRGB"><feColorMatrix values="0.488 -1.216 -0.122 0 0.95
-0.362 -0.366 -0.122 0 0.95 -0.362 -1.216 0.728 0 0.95 0 0 0 1 0"/></filter>"""
GROUND = '<rect width="100%" height="100%" fill="var(--card)"/>'  # of a picture that is a file of its own
TURN = f"""<svg width="0" height="0" aria-hidden="true" style="position:absolute">{FILTER}</svg>"""
STYLE = (
    f"""
:root {{ color-scheme: light dark; {LIGHT} }}
@media (prefers-color-scheme: dark) {{ :root {{ {DARK} }} figure svg image {{ filter: url(#turn); }} }}
"""
    + """
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 900px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; margin: 0 0 .2rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 0 0 .4rem; color: var(--leaf); overflow-wrap: anywhere; }
h3 { font-size: .95rem; margin: 1.4rem 0 .4rem; overflow-wrap: anywhere; }
a { color: var(--sky); text-decoration: none; } a:hover { text-decoration: underline; }
.sub { color: var(--muted); margin: 0 0 1.6rem; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; font-size: .9rem; margin: 0 0 1.4rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.3rem 1.4rem;
  margin: 1.1rem 0; scroll-margin-top: .6rem; }
p { margin: .3rem 0 1rem; max-width: 68ch; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: .7rem 1.2rem; margin: 0; }
dt { color: var(--muted); font-size: .82rem; } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.wide { grid-column: 1 / -1; } .wide dd { font-weight: 500; }
.tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); gap: 0 2rem; }
.block { min-width: 0; } .broad { grid-column: 1 / -1; }
.scroll { overflow-x: auto; background: /* a shadow at each end that hides more */
  linear-gradient(to right, var(--card) 40%, transparent) left / 48px 100% no-repeat local,
  linear-gradient(to left, var(--card) 40%, transparent) right / 48px 100% no-repeat local,
  linear-gradient(to right, color-mix(in srgb, var(--ink) 28%, transparent), transparent) left / 14px 100% no-repeat,
  linear-gradient(to left, color-mix(in srgb, var(--ink) 28%, transparent), transparent) right / 14px 100% no-repeat; }
.scroll:focus-visible { outline: 2px solid var(--sky); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .88rem; }
th:last-child, td:last-child { padding-right: 0; }
td { white-space: nowrap; } td.long { white-space: normal; min-width: 16rem; }
th { text-align: left; white-space: nowrap; color: var(--muted); font-weight: 500; }
th, td { padding: .22rem 1.2rem .22rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
th button { all: unset; cursor: pointer; } th button:hover { color: var(--sky); }
th button:focus-visible { outline: 2px solid var(--sky); outline-offset: 2px; }
th button::after { content: "\\2195"; opacity: .45; margin-left: .3em; }
th[aria-sort=ascending] button::after { content: "\\2191"; opacity: 1; }
th[aria-sort=descending] button::after { content: "\\2193"; opacity: 1; }
figure { margin: 1.2rem 0 0; } figure svg { width: 100%; min-width: 520px; height: auto; display: block; }
figcaption { color: var(--muted); font-size: .85rem; margin-top: .3rem; }
.hint { display: none; color: var(--muted); font-size: .8rem; margin: 0 0 .2rem; }
details { margin-top: 1.2rem; } summary { cursor: pointer; color: var(--sky); overflow-wrap: anywhere; }
.numbers { margin-top: .3rem; font-size: .85rem; } .numbers p { color: var(--muted); margin: .3rem 0; }
.definition { white-space: pre-line; }
pre { overflow-x: auto; font-size: .82rem; line-height: 1.45; margin: .6rem 0 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(310px, 100%), 1fr)); gap: 0 2.2rem; }
.panel { min-width: 0; } .panel h3 { margin: 1.5rem 0 0; }
.legend { font-size: .8rem; color: var(--muted); margin: 0 0 .5rem; display: flex; flex-wrap: wrap; gap: 0 1rem; }
.legend b { display: inline-block; width: .8em; height: .25em; border-radius: 1px; background: currentColor;
  vertical-align: middle; margin-right: .4em; }
em { font-style: normal; font-weight: 600; color: var(--ink); }
.plot, .axis { position: relative; margin-left: 3.1rem; margin-right: .6rem; } .plot { height: 130px; }
.plot svg { position: absolute; width: 100%; height: 100%; overflow: visible; }
.plot span, .axis span, .axis i { position: absolute; font-size: .75rem; color: var(--muted); white-space: nowrap;
  font-variant-numeric: tabular-nums; line-height: 1; font-style: normal; }
.plot span { right: 100%; margin-right: .5rem; transform: translateY(50%); }
.axis { height: 2.3rem; } .axis span { top: .4rem; transform: translateX(-50%); } .axis i { right: 0; top: 1.4rem; }
.family { grid-column: 1 / -1; } .family .plot, .family .axis { margin-left: .6rem; margin-right: 7.2rem; }
.family .plot { margin-top: .6rem; }
.family .plot span { right: auto; left: 100%; margin: 0 0 0 .5rem; transform: none; line-height: 16px; }
.grid { stroke: var(--line); fill: none; } path { vector-effect: non-scaling-stroke; }
.line { fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.band, .area { fill: currentColor; stroke: none; } .band { opacity: .16; } .area { opacity: .6; }
.c0 { color: var(--sky); } .c1 { color: var(--rust); } .c2 { color: var(--leaf); } .c3 { color: var(--sand); }
.c4 { color: var(--plum); } .c5 { color: var(--teal); } .c6 { color: var(--ink); }
@media (max-width: 560px) { main { padding: 1.2rem .6rem 3rem; } section { padding: 1rem .9rem; }
  .hint { display: block; } td { white-space: normal; } td.long { min-width: 11rem; }
  td.number, td a { white-space: nowrap; } }
"""
    + f"""
@page {{ margin: 14mm; }}
@media print {{ :root {{ color-scheme: light; {LIGHT} --paper: #fff; --card: #fff; }}
  figure svg image {{ filter: none; }} body {{ font-size: 10pt; }} main {{ max-width: none; padding: 0; }}
  section {{ border: 0; padding: 0; margin: 0 0 1.6rem; }} nav, .hint, th button::after {{ display: none; }}
  .scroll {{ overflow: visible; background: none; }} figure svg {{ min-width: 0; }}
  td {{ white-space: normal; overflow-wrap: anywhere; }} pre {{ white-space: pre-wrap; }}
  details:not([open]) {{ display: none; }} h2, h3 {{ break-after: avoid; }} figure, tr {{ break-inside: avoid; }}
  .panel {{ break-inside: avoid; }} }}
"""
)
