/** The drawings of the formatting bar: paths in a box of 16, drawn as lines. */
export const ICONS = {
  bold: 'M5 3h4a2 2 0 010 5H5zM5 8h5a2 2 0 010 5H5V8',
  italic: 'M7 3h5M4 13h5M9.5 3l-3 10',
  quote: 'M3 4h3v4l-2 4M9 4h3v4l-2 4',
  code: 'M5 4L1 8l4 4M11 4l4 4-4 4',
  link: 'M6 10l4-4M7 5l2-2a3 3 0 014 4l-2 2M5 7L3 9a3 3 0 004 4l2-2',
};
