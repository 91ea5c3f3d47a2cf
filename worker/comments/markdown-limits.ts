/**
 * What one comment may cost: nesting, table cells and repeated references, each of which lets a short source ask for
 * work or output out of all proportion. Owns the numbers and how blocks keep to them; beyond a limit the source stays
 * readable as text, nothing is dropped. markdown-inlines.ts keeps to those for inlines.
 */
import markdownIt, { type MarkdownIt, type StateBlock } from 'markdown-it';

/** Nesting levels of blocks; a quote takes one, a list two. Each level reads its lines again. */
const MAX_BLOCK_LEVEL = 16;
/** Nesting levels of emphasis, links and brackets. */
export const MAX_INLINE_LEVEL = 20;
/** Images within the alt text of images. Each level parses the text of all inner ones again. */
const MAX_ALT_LEVEL = 2;
/** Cells of all tables. A row of one character is filled up to the width of its header. */
const MAX_TABLE_CELLS = 2000;
/** Characters of addresses and titles of all uses of `[references]`: one long definition can be used by every word. */
const MAX_REFERENCE_CHARS = 20_000;

/** What is left of the limits for a comment. */
export interface Budget {
  /** How much deeper inlines may be parsed within inlines. */
  inlineLevels: number;
  tableCells: number;
  referenceChars: number;
}

export function newBudget(): Budget {
  return { inlineLevels: 1 + MAX_ALT_LEVEL, tableCells: MAX_TABLE_CELLS, referenceChars: MAX_REFERENCE_CHARS };
}

type BlockRule = (state: StateBlock, startLine: number, endLine: number, silent: boolean) => boolean;

/** Puts the limits around the block rules of `md`, whose env must hold a `budget`. */
export function limitBlocks(md: MarkdownIt): void {
  const blockquote = builtInRule('blockquote');
  const list = builtInRule('list');
  const table = builtInRule('table');
  const shallow =
    (rule: BlockRule): BlockRule =>
    (state, startLine, endLine, silent) =>
      state.level < MAX_BLOCK_LEVEL && rule(state, startLine, endLine, silent);

  // The chains a rule may interrupt are markdown-it's own for it.
  md.block.ruler.at('blockquote', shallow(blockquote), { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
  md.block.ruler.at('list', shallow(list), { alt: ['paragraph', 'reference', 'blockquote'] });
  md.block.ruler.at(
    'table',
    (state, startLine, endLine, silent) => {
      const budget = state.env.budget as Budget;
      if (budget.tableCells === 0 || !table(state, startLine, endLine, true)) return false;
      const cells = countCells(state, startLine, endLine, budget.tableCells);
      if (cells > budget.tableCells) {
        // For good: what follows is asked again at every line.
        budget.tableCells = 0;
        return false;
      }
      if (silent) return true;
      budget.tableCells -= cells;
      return table(state, startLine, endLine, false);
    },
    { alt: ['paragraph', 'reference'] },
  );
}

/** Cells of the table that starts here, or more when something ends it before an empty line; stops counting at `max`. */
function countCells(state: StateBlock, startLine: number, endLine: number, max: number): number {
  const delimiters = state.src.slice(state.bMarks[startLine + 1], state.eMarks[startLine + 1]);
  const columns = delimiters.match(/-+/g)?.length ?? 0;
  let cells = columns;
  for (let line = startLine + 2; line < endLine && !state.isEmpty(line) && cells <= max; line++) cells += columns;
  return cells;
}

/** Puts the limit around alt texts, the only inlines that are parsed while others are. */
export function limitAltTexts(md: MarkdownIt): void {
  const parse = md.inline.parse.bind(md.inline);
  md.inline.parse = (source, parser, env, tokens) => {
    const budget = env.budget as Budget;
    if (budget.inlineLevels === 0) {
      const text = new parser.inline.State(source, parser, env, tokens);
      text.pending = source;
      text.pushPending();
      return;
    }
    budget.inlineLevels--;
    parse(source, parser, env, tokens);
    budget.inlineLevels++;
  };
}

function builtInRule(name: string): BlockRule {
  const donor = markdownIt();
  donor.block.ruler.enableOnly(name);
  return donor.block.ruler.getRules('')[0]!;
}
