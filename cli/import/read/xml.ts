/**
 * XML as a stream, for the readers of exports in it: elements as they open and close, with the text of those that are asked for.
 * Owns encodings, where an error is, and what a hostile file may cost; never holds more than a chunk and one element's text.
 *
 * Entities of a file's own do not exist here: a DOCTYPE is refused, so nothing can expand into more than was read.
 */
import { type SaxesAttributeNS, SaxesParser } from 'saxes';
import { SourceError, type SourceFile, type SourceSkip } from '../source.ts';

/** What one element may be, and what stands outside of the root; a real export is far below. */
const XML_LIMITS = { depth: 64, attributes: 64, textChars: 16 * 1024 * 1024, outsideChars: 1024 * 1024 };

export interface XmlElement {
  local: string;
  /** Of its namespace; '' for none, `unbound:prefix` for a prefix that the file never declares. */
  uri: string;
  /** 1 for the root. */
  depth: number;
  /** By local name, whatever their namespace. */
  attributes: Map<string, string>;
}

export interface XmlVisitor {
  /** @returns whether its text is wanted: what stands directly in it, CDATA sections included */
  open(element: XmlElement): boolean;
  /** @param text '' when it was not wanted */
  close(element: XmlElement, text: string): void;
}

/**
 * Reads a file through a visitor and yields what that emits, in its order.
 * @throws SourceError where the file breaks off; everything before was yielded
 */
export async function* readXml<T>(
  file: SourceFile,
  visitorFor: (emit: (item: T) => void) => XmlVisitor,
): AsyncGenerator<T | SourceSkip> {
  let items: (T | SourceSkip)[] = [];
  const parser = new VisitingParser(visitorFor((item) => items.push(item)));
  const encoding = encodingOf(file.head);
  const decoder = new TextDecoder(encoding);
  /** What stands before the first tag; null behind it. */
  let prologue: string | null = '';
  let damaged = false;

  try {
    for await (const bytes of file.open()) {
      let text = decoder.decode(bytes, { stream: true });
      if (prologue !== null) {
        prologue += text;
        if (!prologue.includes('<') && prologue.length < 1024) continue;
        const { rest, stray } = parser.skipStray(prologue);
        prologue = null;
        text = rest;
        if (stray !== '') items.push(skip('a stray character before the XML was passed over', JSON.stringify(stray)));
      }
      if (!damaged && text.includes('\ufffd')) {
        damaged = true;
        items.push(skip(`characters that are not ${encoding} show as \ufffd`, `from about line ${parser.line} on`));
      }
      parser.write(text);
      yield* items;
      items = [];
    }
    parser.write((prologue ?? '') + decoder.decode());
    parser.end();
  } catch (error) {
    // What was read before the break is as good as the rest.
    yield* items;
    throw error;
  }
  yield* items;
}

/** A stray character, the declaration, comments, a document type: what may stand before the root. */
const PROLOGUE = /^\s*[^<\s]?(?:\s|<\?[^>]*\?>|<!--(?:(?!-->)[\s\S])*-->|<!DOCTYPE[^>[]*(?:\[[^\]]*\]\s*)?>)*/i;

/** The name of a file's root element, with its prefix, as far as its beginning tells; null when it is not XML. */
export function rootNameOf(head: Buffer): string | null {
  const text = new TextDecoder(encodingOf(head)).decode(head.subarray(0, 16_384));
  const prologue = PROLOGUE.exec(text);
  const root = /^<([A-Za-z_][\w:.-]*)[\s/>]/.exec(text.slice(prologue?.[0].length ?? 0));
  return root?.[1] ?? null;
}

/** By the byte order mark, else by the XML declaration, else UTF-8. @throws SourceError for one that nobody knows */
function encodingOf(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head[0] === 0xef && head[1] === 0xbb) return 'utf-8';
  const declared = /^\s*.?<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']/.exec(head.toString('latin1', 0, 256))?.[1];
  if (declared === undefined) return 'utf-8';
  try {
    const { encoding } = new TextDecoder(declared);
    // It said so in single bytes, so it is none of two.
    return encoding.startsWith('utf-16') ? 'utf-8' : encoding;
  } catch {
    throw new SourceError(`its encoding “${declared.slice(0, 40)}” is not known`, { line: 1, column: 1 });
  }
}

function skip(reason: string, what: string): SourceSkip {
  return { kind: 'skip', reason, what };
}

/** saxes with limits, elements in place of tags, and errors that say where. */
class VisitingParser {
  private readonly parser: SaxesParser<{ xmlns: true }>;
  private readonly visitor: XmlVisitor;
  private readonly open: { element: XmlElement; text: string | null }[] = [];
  private attributes = 0;
  /** Lines that were passed over before the XML. */
  private linesBefore = 0;
  private written = 0;
  /** How much had been written when the parser last told of something. */
  private toldAt = 0;

  constructor(visitor: XmlVisitor) {
    this.visitor = visitor;
    // A prefix that was never declared is a common slip of exporters and plugins.
    this.parser = new SaxesParser({ xmlns: true, resolvePrefix: (prefix: string) => `unbound:${prefix}` });
    this.parser.on('error', (error) => this.refuse(error.message.replace(/^(?:\d+:\d+: )+/, '').replace(/\.$/, '')));
    this.parser.on('doctype', () => this.refuse('a document type (DOCTYPE) is refused'));
    this.parser.on('opentagstart', () => {
      this.attributes = 0;
      this.tell();
      if (this.open.length >= XML_LIMITS.depth)
        this.refuse(`elements are nested more than ${XML_LIMITS.depth} deep, which is refused`);
    });
    this.parser.on('attribute', () => {
      this.tell();
      if (++this.attributes > XML_LIMITS.attributes)
        this.refuse(`an element has more than ${XML_LIMITS.attributes} attributes, which is refused`);
    });
    this.parser.on('opentag', ({ local, uri, attributes }) => {
      const element: XmlElement = { local, uri, depth: this.open.length + 1, attributes: byLocalName(attributes) };
      this.open.push({ element, text: this.visitor.open(element) ? '' : null });
    });
    this.parser.on('closetag', () => {
      this.tell();
      const closed = this.open.pop()!;
      this.visitor.close(closed.element, closed.text ?? '');
    });
    const collect = (text: string) => {
      const parent = this.open.at(-1);
      if (parent) this.tell();
      if (parent?.text == null) return;
      parent.text += text;
      if (parent.text.length > XML_LIMITS.textChars) this.refuse(TOO_LONG);
    };
    this.parser.on('text', collect);
    this.parser.on('cdata', collect);
    this.parser.on('comment', () => this.tell());
    this.parser.on('processinginstruction', () => this.tell());
  }

  get line(): number {
    return this.parser.line + this.linesBefore;
  }

  /** White space before the XML declaration, and one character that belongs to nothing: real exports begin so. */
  skipStray(text: string): { rest: string; stray: string } {
    const start = text.trimStart();
    const [stray = ''] = start.startsWith('<') ? [] : start;
    const rest = start.slice(stray.length).trimStart();
    if (!rest.startsWith('<')) return { rest: text, stray: '' };
    this.linesBefore = text.slice(0, text.length - rest.length).split('\n').length - 1;
    return { rest, stray };
  }

  write(text: string): void {
    // Characters that XML forbids and blogs contain all the same: nobody sees them.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const legal = text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '');
    this.parser.write(legal);
    this.written += legal.length;
    // Whatever it is reading, in or out of an element: it has told of nothing for too long.
    const limit = this.open.length === 0 ? XML_LIMITS.outsideChars : XML_LIMITS.textChars;
    if (this.written - this.toldAt > limit) this.refuse(TOO_LONG);
  }

  end(): void {
    this.parser.close();
  }

  private tell(): void {
    this.toldAt = this.parser.position;
  }

  private refuse(message: string): never {
    // The parser stands behind what it does not like, and counts columns from 0.
    throw new SourceError(message, { line: this.line, column: Math.max(1, this.parser.column) });
  }
}

const TOO_LONG = 'a text is longer than any export’s, which is refused';

function byLocalName(attributes: Record<string, SaxesAttributeNS>): Map<string, string> {
  return new Map(Object.values(attributes).map(({ local, value }) => [local, value]));
}
