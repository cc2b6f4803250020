/** An export that cannot be made as asked: what happened, and what to do next. Nothing was written. */
export class ExportError extends Error {
  readonly code: 'usage' | 'unknown_id' | 'not_published' | 'nothing_selected';
  readonly remedy: string;
  constructor(code: ExportError['code'], message: string, remedy: string) {
    super(message);
    this.name = 'ExportError';
    this.code = code;
    this.remedy = remedy;
  }
}
