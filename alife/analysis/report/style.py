"""The style sheet of the page: light and dark, from 320 pixels wide."""

STYLE = """
:root { color-scheme: light dark; --paper: #faf7f0; --card: #fffdf8; --ink: #33312c; --muted: #756f64; --line: #e4ddcd;
  --leaf: #4f8a3c; --rust: #c2573a; --sky: #3b6ea8; --sand: #b08a2e; --plum: #7a5c9e; --teal: #3f8f89; }
@media (prefers-color-scheme: dark) { :root { --paper: #1b1a17; --card: #24221e; --ink: #e9e4d8; --muted: #a39c8d;
  --line: #3d3a33; --leaf: #86c46f; --rust: #e58a6e; --sky: #7fb0e6; --sand: #d9b45c;
  --plum: #b79adb; --teal: #6fc5be; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 900px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; margin: 0 0 .2rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 0 0 .4rem; color: var(--leaf); }
h3 { font-size: .95rem; margin: 1.4rem 0 .4rem; }
a { color: var(--sky); text-decoration: none; } a:hover { text-decoration: underline; }
.sub { color: var(--muted); margin: 0 0 1.6rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.3rem 1.4rem;
  margin: 1.1rem 0; }
p { margin: .3rem 0 1rem; max-width: 68ch; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: .7rem 1.2rem; margin: 0; }
dt { color: var(--muted); font-size: .82rem; } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.wide { grid-column: 1 / -1; } .wide dd { font-weight: 500; }
.tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); gap: 0 2rem; }
.scroll { overflow-x: auto; } .block { min-width: 0; } .broad { grid-column: 1 / -1; }
table { border-collapse: collapse; font-size: .88rem; }
th:last-child, td:last-child { padding-right: 0; }
td { white-space: nowrap; } td.long { white-space: normal; min-width: 16rem; }
th { text-align: left; white-space: nowrap; color: var(--muted); font-weight: 500; }
th, td { padding: .22rem 1.2rem .22rem 0; border-bottom: 1px solid var(--line); }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1.2rem 0 0; } figure svg { width: 100%; min-width: 520px; height: auto; display: block; }
figcaption { color: var(--muted); font-size: .85rem; margin-top: .3rem; }
details { margin-top: 1.2rem; } summary { cursor: pointer; color: var(--sky); }
.numbers { margin-top: .3rem; font-size: .85rem; } .numbers p { color: var(--muted); margin: .3rem 0; }
.definition { white-space: pre-line; }
pre { overflow-x: auto; font-size: .82rem; line-height: 1.45; margin: .6rem 0 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(310px, 100%), 1fr)); gap: 0 2.2rem; }
.panel h3 { margin: 1.5rem 0 0; }
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
@media (max-width: 560px) { main { padding: 1.2rem .6rem 3rem; } section { padding: 1rem .9rem; } }
"""
