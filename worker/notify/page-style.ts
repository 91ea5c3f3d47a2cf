/** The style sheet of the small pages behind links in mails: the console's paper and ink, one column, from 320 px on. */

export const PAGE_STYLE = `
:root{color-scheme:light dark;--ink:light-dark(#1d1c1a,#e6e4df);--paper:light-dark(#fffefb,#17181b);--raised:light-dark(#fff,#1f2125);--accent:light-dark(#9a3412,#f0a47e);--on-accent:light-dark(#fff,#221308);--dim:light-dark(#65625c,#a5a29b);--hair:light-dark(#dedbd4,#3b3d42);--field:light-dark(#8c877e,#7d7a74);--tint:light-dark(#9a341212,#f0a47e1c);font:1.0625rem/1.6 system-ui,sans-serif;color:var(--ink);background:var(--paper);accent-color:var(--accent)}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:anywhere}
main{max-width:36rem;margin:0 auto;padding:clamp(1.5rem,8vh,5rem) 1.25rem 4rem}
main>*+*{margin-top:1.25rem}
.site,.dim,time,header{color:var(--dim);font-size:.9rem}
h1,h2,p,ul,fieldset,article{margin:0;padding:0}
h1{font-size:1.6rem;line-height:1.3}
.site+h1{margin-top:.5rem}
h2,legend{font-size:1.0625rem;font-weight:700}
a{color:var(--accent)}
form>*+*{margin-top:1.25rem}
fieldset{border:0;min-width:0}
legend{padding:0;margin-bottom:.25rem}
label{display:flex;align-items:center;gap:.7rem;min-height:2.75rem;cursor:pointer}
input[type=radio],input[type=checkbox]{flex:none;width:1.25rem;height:1.25rem;margin:0}
select{min-height:2.75rem;max-width:100%;padding:0 .8rem;font:inherit;color:inherit;background:var(--raised);border:1px solid var(--field);border-radius:8px}
button,.button{display:inline-block;min-height:2.75rem;padding:.5rem 1.25rem;font:inherit;font-weight:700;line-height:1.4;text-decoration:none;cursor:pointer;color:var(--on-accent);background:var(--accent);border:1px solid var(--accent);border-radius:8px}
button.quiet,.button.quiet{font-weight:400;color:var(--ink);background:none;border-color:var(--field)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.row{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center}
form.row>*,.row>*{margin:0}
ul{list-style:none;border-bottom:1px solid var(--hair)}
li{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;padding:.6rem 0;border-top:1px solid var(--hair)}
li>:first-child{flex:1 12rem}
.note{padding:.75rem 1rem;border-inline-start:3px solid var(--accent);border-radius:3px;background:var(--tint)}
article{padding-inline-start:1rem;border-inline-start:2px solid var(--hair)}
article header bdi{font-size:1.0625rem;font-weight:700;color:var(--ink)}
.said{margin-top:.25rem;white-space:pre-wrap}
.badge{padding:.05rem .6rem;border:1px solid;border-radius:9rem;color:var(--accent);font-size:.85rem}
@media (forced-colors:active){button,.button{border:1px solid}}
`;
