/** How a file may be read (`knowledge import FILE --as KIND`); apart from its schema, so that help needs no parser. */
export const IMPORT_KINDS = [
  'aicm-page',
  'aicm-workbook',
  'aicm-csv',
  'raci-whitepaper',
  'policy',
  'guide',
  'oscal-catalog',
  'document',
] as const;
