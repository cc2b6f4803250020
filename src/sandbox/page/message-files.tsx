import type { ReactNode } from 'react';
import { sizeText } from './file-field.tsx';
import { Icon } from './icons.tsx';
import type { SandboxFile } from './page-types.ts';

/** Files of a message: names to download, nothing of them is shown. */
export const MessageFiles = ({ files }: { readonly files: readonly SandboxFile[] }): ReactNode => (
  <div className="message-files">
    {files.map((file) => (
      <a key={file.id} className="file-chip" href={`/sandbox/file/${file.id}`} download={file.name}>
        <Icon name="file" size={15} /> {file.name} <span className="faint">{sizeText(file.size)}</span>
      </a>
    ))}
  </div>
);
