// The report's style sheet: light and dark, from a phone to a desk. Blue is training, orange validation, green the model.

export const STYLE = `
:root{color-scheme:light dark;--paper:#f6f7f9;--card:#fff;--text:#3c4352;--strong:#161a22;--faint:#6b7282;--line:#e2e5eb;
--training:#4477aa;--validation:#cc5a2b;--corpus:#c3cbd9;--composed:#1f8a70;--warn:#8f3b12;--warn-back:#fdf0e7;--note:#2f5175;--note-back:#ecf3fa;--good:#17614f;--good-back:#e8f5f0}
@media(prefers-color-scheme:dark){:root{--paper:#0f1115;--card:#171a20;--text:#b9c0ce;--strong:#f0f2f6;--faint:#8a92a3;--line:#282d37;
--training:#77aadd;--validation:#f0926a;--corpus:#48526a;--composed:#4fd0ae;--warn:#ffb48f;--warn-back:#2e1e16;--note:#a9cbee;--note-back:#17222f;--good:#8fdcc4;--good-back:#13261f}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--text);font:16px/1.55 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
main,.top{max-width:1120px;margin:0 auto;padding:0 20px}
.top{padding-top:40px}
h1,h2,h3{color:var(--strong);line-height:1.2;margin:0;text-wrap:balance}
h1{font-size:2.1rem;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{font-size:1.3rem;margin:44px 0 14px}
h3{font-size:1rem}
p{margin:.4em 0;max-width:70ch}
.sub{color:var(--faint);margin:.5em 0 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(148px,1fr));gap:12px;margin:26px 0 0;padding:0}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:12px}
.tile{padding:14px 16px}
.tile dt{color:var(--faint);font-size:.82rem}
.tile dd{margin:2px 0 0;color:var(--strong);font-size:1.45rem;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.tile small{display:block;color:var(--faint);font-size:.78rem;font-weight:400;letter-spacing:0}
.finding{border-radius:12px;padding:14px 18px;margin:0 0 10px}
.finding h3{color:inherit}
.finding p{color:var(--text);margin:.25em 0 0}
.warning{background:var(--warn-back);color:var(--warn)}
.note{background:var(--note-back);color:var(--note)}
.good{background:var(--good-back);color:var(--good)}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px}
.wide{grid-column:1/-1}
figure{margin:0;padding:16px 18px 14px;min-width:0}
figcaption{margin-bottom:6px}
figcaption p{color:var(--faint);font-size:.85rem;margin:.15em 0 0}
figure svg{display:block;width:100%;height:auto}
.scroll{overflow-x:auto}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:0 0 14px;padding:0;color:var(--faint);font-size:.88rem}
.legend span{display:inline-block;width:14px;height:10px;border-radius:3px;margin-right:7px}
.training{background:var(--training)}.validation{background:var(--validation)}.corpus{background:var(--corpus)}.composed{background:var(--composed)}
.sample{padding:18px}
.sample header{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:baseline;margin-bottom:10px}
.sample header p{color:var(--faint);font-size:.88rem;margin:0}
.sample svg{display:block;border-radius:8px;width:100%;min-width:640px;height:auto}
.on-phone{display:none}
audio{display:block;width:100%;margin-top:12px}
.badge{background:var(--good-back);color:var(--good);border-radius:99px;padding:1px 10px;font-size:.78rem;font-weight:600}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--faint);font-size:.88rem;padding-bottom:8px}
th,td{text-align:left;padding:7px 14px 7px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
thead th{color:var(--faint);font-weight:500;font-size:.82rem}
tbody th{color:var(--strong);font-weight:500}
.number{text-align:right}
.card.pad{padding:16px 18px}
.card+.card{margin-top:16px}.grid .card{margin-top:0}
details summary{cursor:pointer;color:var(--strong);font-weight:500}
details[open] summary{margin-bottom:10px}
footer{color:var(--faint);font-size:.85rem;margin:48px 0 40px}
code{font:.92em ui-monospace,"DejaVu Sans Mono",monospace}
@media(max-width:760px){.on-desk{display:none}.on-phone{display:block}.top{padding-top:26px}h1{font-size:1.6rem}.grid{grid-template-columns:minmax(0,1fr)}figure{padding:14px 12px 10px}
.sample{padding:14px 12px}.tile dd{font-size:1.25rem}}
@media print{body{background:#fff}.card,.tile{break-inside:avoid}audio{display:none}}
`.trim();
