/** What can be read, in the order in which a file is held against it. One line a format. */
import { afterword } from './formats/afterword.ts';
import { artalk } from './formats/artalk.ts';
import { comentario } from './formats/comentario.ts';
import { commento } from './formats/commento.ts';
import { cusdis } from './formats/cusdis.ts';
import { disqus } from './formats/disqus.ts';
import { giscus } from './formats/giscus.ts';
import { isso } from './formats/isso.ts';
import { remark42 } from './formats/remark42.ts';
import { twikoo } from './formats/twikoo.ts';
import { utterances } from './formats/utterances.ts';
import { valine } from './formats/valine.ts';
import { waline } from './formats/waline.ts';
import { wordpress } from './formats/wordpress.ts';
import type { FormatReader } from './source.ts';

export const FORMAT_READERS: FormatReader[] = [
  afterword,
  disqus,
  wordpress,
  isso,
  remark42,
  comentario,
  commento,
  artalk,
  waline,
  twikoo,
  valine,
  cusdis,
  giscus,
  utterances,
];
