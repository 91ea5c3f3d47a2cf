/** The style sheet of the small pages behind links in mails: the letters' and the console's look, one column, from 320 px on. */

export const PAGE_STYLE = `
:root{color-scheme:light dark;--ink:light-dark(#1d1c1a,#e6e4df);--paper:light-dark(#fffefb,#17181b);--raised:light-dark(#fff,#1f2125);--accent:light-dark(#9a3412,#f0a47e);--on-accent:light-dark(#fff,#221308);--dim:light-dark(#65625c,#a5a29b);--hair:light-dark(#dedbd4,#3b3d42);--field:light-dark(#8c877e,#7d7a74);--tint:light-dark(#9a341212,#f0a47e1c);font:1.0625rem/1.6 system-ui,sans-serif;color:var(--ink);background:var(--paper);accent-color:var(--accent)}
*{box-sizing:border-box}
body,h1,h2,p,ul,fieldset{margin:0;padding:0}
body{overflow-wrap:anywhere}
main{max-width:36rem;margin:0 auto;padding:clamp(1.5rem,8vh,5rem) 1.25rem 4rem}
main>*+*,form>*+*{margin-top:1.25rem}
.site,.dim,time{color:var(--dim);font-size:.9rem}
.site{font-weight:600}
.site+h1{margin-top:1.25rem}
h1{font:700 1.6rem/1.3 Charter,Iowan Old Style,Noto Serif,Georgia,serif}
:lang(ja) h1,:lang(ar) h1{font-family:inherit}
h1+.dim{margin-top:.25rem}
h2,legend{font-size:1.0625rem;font-weight:700}
main>form+h2{margin-top:2.75rem}
h2+ul,p+ul{margin-top:.75rem}
a{color:var(--accent)}
fieldset{border:0;min-width:0}
legend{padding:0;margin-bottom:.25rem}
label{display:flex;align-items:center;gap:.7rem;min-height:2.75rem;cursor:pointer}
input[type=radio],input[type=checkbox]{flex:none;width:1.25rem;height:1.25rem;margin:0}
select{min-height:2.75rem;max-width:100%;padding:0 .8rem;font:inherit;color:inherit;background:var(--raised);border:1px solid var(--field);border-radius:8px}
button,.button{display:inline-block;min-height:2.75rem;padding:.5rem 1.25rem;font:inherit;font-weight:700;line-height:1.4;text-align:center;text-decoration:none;cursor:pointer;color:var(--on-accent);background:var(--accent);border:1px solid var(--accent);border-radius:8px}
button.quiet,.button.quiet{font-weight:400;color:var(--ink);background:none;border-color:var(--field)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.row{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center}
.row>*,form>[type=hidden]+*{margin-top:0}
ul{list-style:none;border-bottom:1px solid var(--hair)}
li{padding:.75rem 0;border-top:1px solid var(--hair)}
li:has(form){display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center}
li:has(form)>:first-child{flex:1 12rem}
.note{padding:.75rem 1rem;border-inline-start:3px solid var(--accent);border-radius:3px;background:var(--tint)}
article{padding-inline-start:1rem;border-inline-start:2px solid var(--hair)}
article header{display:flex;flex-wrap:wrap;gap:0 .6rem;align-items:center}
article header bdi{font-weight:700}
.said{margin-top:.25rem;white-space:pre-wrap}
.badge{padding:0 .6rem;border:1px solid;border-radius:9rem;color:var(--accent);font-size:.85rem}
@media (max-width:24rem){button,.button{padding-inline:1rem}}
`;
