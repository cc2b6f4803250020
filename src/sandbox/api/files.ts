import { fileShape } from '../files.ts';
import { refuse, str } from './args.ts';
import type { ApiMethod, ApiMethods } from './context.ts';

const info: ApiMethod = (args, context) => {
  const file = context.core.workspace.files.get(str(args, 'file') ?? '');
  if (file === undefined) return refuse('file_not_found');
  return { ok: true, file: fileShape(file, context.baseUrl()), comments: [] };
};

/** What the app may ask about files. */
export const FILE_METHODS: ApiMethods = { 'files.info': info };
