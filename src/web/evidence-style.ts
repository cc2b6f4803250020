/** The evidence pages' style: light and dark, wide and narrow, readable in print. */
export const EVIDENCE_STYLE = `
:root { color-scheme: light dark; --ink: #1d1c1d; --soft: #5b5a5e; --line: #d5d4d8; --paper: #fff; --wash: #f6f5f7;
  --link: #0b57a4; --good: #0b6b4f; --bad: #a8213a; --open: #7a5600; font: 16px/1.5 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececee; --soft: #b3b2b8; --line: #45444b; --paper: #19181c;
  --wash: #232228; --link: #86bdf5; --good: #5fd0a8; --bad: #ff8ea0; --open: #e5b84f; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper); }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .5rem; z-index: 1; }
header { display: flex; flex-wrap: wrap; gap: .25rem 2rem; align-items: baseline; padding: .7rem 1.5rem; border-bottom: 1px solid var(--line); background: var(--wash); }
header p { margin: 0; } .name a { color: inherit; font-weight: 700; text-decoration: none; }
.mark { font-size: .8rem; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem; color: var(--soft); }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; margin: 0; padding: 0; }
nav a { display: inline-block; padding: .3rem 0; } nav a[aria-current] { color: inherit; font-weight: 600; text-decoration: none; border-bottom: 3px solid var(--link); }
.viewer { margin-left: auto; color: var(--soft); }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; } h3 { font-size: 1rem; margin: 0; }
p { max-width: 46rem; } p.actions { max-width: none; } .lead { font-size: 1.05rem; } .soft, .none { color: var(--soft); } code, pre, .hash { font: .86rem/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--wash); border: 1px solid var(--line); padding: .8rem; overflow: auto; white-space: pre-wrap; max-height: 30rem; }
form.filters { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .6rem 1rem; align-items: end; background: var(--wash); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
label { display: block; font-size: .88rem; font-weight: 600; } input, select, button, textarea { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: .3rem; padding: .4rem .6rem; width: 100%; min-height: 2.5rem; }
button { width: auto; font-weight: 600; cursor: pointer; } button.main { background: var(--link); border-color: var(--link); color: var(--paper); }
.viewer button { min-height: 0; padding: .1rem .6rem; font-weight: 400; }
.scroll { overflow-x: auto; margin: .8rem 0; } table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); padding: .2rem 0 .4rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .9rem .5rem 0; border-top: 1px solid var(--line); } thead th { font-size: .86rem; color: var(--soft); border-top: 0; white-space: nowrap; }
td.num, th.num { text-align: right; font-variant-numeric: tabular-nums; }
time { white-space: nowrap; }
.status { font-weight: 600; } .status::before { content: "\\25CB\\00A0"; } .status.good { color: var(--good); } .status.good::before { content: "\\2713\\00A0"; } .status.bad { color: var(--bad); } .status.bad::before { content: "\\2715\\00A0"; } .status.open { color: var(--open); }
dl { margin: .5rem 0; } dl > div { display: grid; grid-template-columns: 12rem 1fr; gap: .2rem 1rem; padding: .35rem 0; border-top: 1px solid var(--line); } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; white-space: pre-line; }
ol.timeline { list-style: none; margin: 0; padding: 0 0 0 1rem; border-left: 3px solid var(--line); } .timeline > li { padding: .5rem 0 .9rem; position: relative; } .timeline > li::before { content: ""; position: absolute; left: -1.45rem; top: .95rem; width: .7rem; height: .7rem; border-radius: 50%; background: var(--soft); }
.timeline p { margin: .1rem 0; } blockquote { margin: .3rem 0; padding: .2rem .8rem; border-left: 3px solid var(--link); white-space: pre-line; overflow-wrap: anywhere; }
details { margin: .3rem 0; } summary { cursor: pointer; color: var(--link); padding: .15rem 0; }
.note { border-left: .35rem solid var(--open); background: var(--wash); padding: .6rem 1rem; } .note.bad { border-color: var(--bad); } .note.good { border-color: var(--good); }
.actions { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; align-items: center; margin: .8rem 0; }
.pages { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: baseline; }
form.jump { display: flex; gap: .5rem; align-items: center; } .jump input { width: 8rem; }
@media (max-width: 44rem) { main { padding: 1rem; } header { padding: .6rem 1rem; } dl > div { grid-template-columns: 1fr; }
  table.stack thead { position: absolute; left: -9999px; } table.stack tr { display: block; border-top: 1px solid var(--line); padding: .6rem 0; } table.stack td, table.stack th { display: grid; grid-template-columns: 7rem 1fr; border: 0; padding: .1rem 0; } table.stack td::before { content: attr(data-label); color: var(--soft); font-weight: 400; } table.stack tbody th { display: block; font-size: 1.05rem; } }
@media print { nav, form, .skip, .actions { display: none; } details > * { display: block; } }
`;
