/** Reads the directory file. */
import { type DirectoryFile, directoryFileSchema } from '#src/directory/file.ts';
import { readYamlAs } from './yaml-file.ts';

/** Reads and checks a directory file. Throws StartRefusedError `directory_invalid` naming each line. */
export async function readDirectoryFile(path: string): Promise<DirectoryFile> {
  const what = 'The directory file (COUNTERSIGN_DIRECTORY_FILE)';
  return (await readYamlAs({ path, name: path, what, code: 'directory_invalid' }, directoryFileSchema)).value;
}
