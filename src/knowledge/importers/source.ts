/**
 * What a parser of files hands to an importer: the content of one file in a neutral shape, every piece with its place.
 * The parsers live in `adapters/parse`; importers see only this.
 */

/** Where in a file something stands. All numbers are 1-based; what does not apply is absent. */
export type Place = {
  readonly sheet?: string;
  readonly row?: number;
  readonly column?: number;
  readonly page?: number;
  readonly line?: number;
  /** Ordinal of the paragraph, where a format has neither pages nor lines (docx). */
  readonly paragraph?: number;
  /** Path inside structured data, e.g. `catalog.groups.3.controls.0`. */
  readonly path?: string;
};

/** How the file's bytes were read, after looking at them (not at the file's name). */
export type FileFormat = 'xlsx' | 'docx' | 'pdf' | 'html' | 'markdown' | 'text' | 'csv' | 'json' | 'yaml';

/** The file itself. */
export type SourceFile = {
  /** Base name, without folders. */
  readonly name: string;
  readonly format: FileFormat;
  /** Hex sha256 of its bytes. */
  readonly sha256: string;
  readonly bytes: number;
};

/** One sheet (a CSV file is one sheet named after the file). Cells are text; merged areas repeat their value. */
export type Sheet = { readonly name: string; readonly rows: readonly (readonly string[])[]; readonly firstRow: number };

export type Block =
  | { readonly type: 'heading'; readonly level: number; readonly text: string; readonly place: Place }
  | { readonly type: 'paragraph'; readonly text: string; readonly place: Place }
  | { readonly type: 'list-item'; readonly level: number; readonly text: string; readonly place: Place }
  | { readonly type: 'table'; readonly rows: readonly (readonly string[])[]; readonly place: Place };

/** A line of plain text as it stands in the file, with its indentation. */
export type Line = {
  readonly text: string;
  readonly place: Place;
  /** Level of the heading that the file's format marks this line as; absent in plain text. */
  readonly heading?: number;
};

export type Content =
  | { readonly kind: 'rows'; readonly sheets: readonly Sheet[] }
  | { readonly kind: 'blocks'; readonly blocks: readonly Block[] }
  | { readonly kind: 'lines'; readonly lines: readonly Line[] }
  | { readonly kind: 'data'; readonly data: unknown };

/** What a reviewer should look at before the import comes in force. */
export type WarningCode =
  | 'ambiguous_id'
  | 'column_missing'
  | 'count_changed'
  | 'corrected_text'
  | 'duplicate_heading'
  | 'duplicate_id'
  | 'empty_ownership'
  | 'empty_statement'
  | 'formula'
  | 'glued_table'
  | 'heading_skipped'
  | 'hidden_text'
  | 'id_from_mention'
  | 'invisible_characters'
  | 'joined_lines'
  | 'left_out'
  | 'merged_cells'
  | 'model_instruction'
  | 'no_raci'
  | 'numbering_gap'
  | 'script_dropped'
  | 'shortened'
  | 'unbalanced_bracket'
  | 'unknown_role'
  | 'unreadable_value'
  | 'version_not_printed'
  | 'withdrawn';

/** One remark about an import, with where it is in the file. */
export type ImportWarning = {
  readonly code: WarningCode;
  readonly place: Place;
  /** For a person; short, and never more than 200 characters of the file's text. */
  readonly detail: string;
  readonly itemId?: string;
};

/** A file that was read: its identity, its content, and what the parser noticed. */
export type ParsedFile = {
  readonly file: SourceFile;
  readonly content: Content;
  readonly warnings: readonly ImportWarning[];
};

/** A place as text: `sheet AICM, row 7`; empty when nothing is known. */
export function placeText(place: Place): string {
  const parts: string[] = [];
  if (place.sheet !== undefined) parts.push(`sheet ${place.sheet}`);
  if (place.page !== undefined) parts.push(`page ${place.page}`);
  if (place.row !== undefined) parts.push(`row ${place.row}`);
  if (place.column !== undefined) parts.push(`column ${place.column}`);
  if (place.line !== undefined) parts.push(`line ${place.line}`);
  if (place.paragraph !== undefined) parts.push(`paragraph ${place.paragraph}`);
  if (place.path !== undefined) parts.push(place.path);
  return parts.join(', ');
}
