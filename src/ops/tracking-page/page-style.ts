/** The whole style of a tracking page; it stands in the page, so that one request shows it. */
export const pageStyle = `
:root{color-scheme:light dark;--page:light-dark(#f6f7f9,#111418);--card:light-dark(#fff,#191d23);--line:light-dark(#dde1e7,#2d333c);--text:light-dark(#1b2028,#e6e9ee);--quiet:light-dark(#5a6472,#9aa5b4);--good:light-dark(#0d6b3d,#5fd39a);--link:light-dark(#0b57c4,#7db4ff)}
*,*::before,*::after{box-sizing:border-box}
body{margin:0 auto;max-width:560px;padding:0 16px 32px;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
header{display:flex;gap:12px;align-items:center;margin:16px 0;padding:12px 16px;border-radius:12px;background:var(--brand,var(--card));color:var(--ink,var(--text));border:1px solid var(--line)}
header img{max-height:40px;max-width:140px}
header p{margin:0;font-weight:700;font-size:18px;overflow-wrap:anywhere}
main{margin:16px 0;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px}
h1{font-size:26px;line-height:1.25;margin:4px 0 8px}
h2{font-size:16px;margin:24px 0 8px}
p{margin:0 0 8px;overflow-wrap:anywhere}
.quiet,small{color:var(--quiet)}
.late{border-left:4px solid light-dark(#8a5300,#f0b95b);padding-left:10px}
a{color:var(--link);text-underline-offset:2px}
a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.button{display:inline-block;margin-top:8px;padding:10px 16px;border:1px solid var(--line);border-radius:8px;font-weight:600;text-decoration:none}
ol,ul{list-style:none;margin:0;padding:0}
.steps{margin:20px 0 12px}
.steps li{position:relative;padding:0 0 14px 28px}
.steps li::before{content:'';position:absolute;left:2px;top:6px;width:12px;height:12px;border-radius:50%;border:2px solid var(--quiet);background:var(--card)}
.steps li:not(:last-child)::after{content:'';position:absolute;left:7px;top:18px;bottom:-6px;border-left:2px solid var(--line)}
.steps .past::before{background:var(--good);border-color:var(--good)}
.steps .now{font-weight:700}
.steps .now::before{background:var(--link);border-color:var(--link)}
.steps .ahead{color:var(--quiet)}
.events li{padding:8px 0;border-top:1px solid var(--line)}
.events li:first-child{border:0}
.events small{display:block}
footer{text-align:center}`;
