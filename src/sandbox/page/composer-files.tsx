import { type ChangeEvent, type ReactNode, useRef, useState } from 'react';
import { Icon } from './icons.tsx';
import { useNotify } from './notices.tsx';
import type { SandboxFile } from './page-types.ts';
import { uploadFile } from './server-calls.ts';
import { useWorkspaceView } from './workspace-context.ts';

/** Files that wait in the composer for the message they go with. */
export type Attached = {
  readonly files: readonly SandboxFile[];
  readonly add: (chosen: readonly File[]) => Promise<void>;
  readonly remove: (id: string) => void;
  readonly clear: () => void;
};

/** Uploads what is chosen at once, as Slack's client does, and holds it until the message is sent. */
export const useAttached = (): Attached => {
  const { me } = useWorkspaceView();
  const notify = useNotify();
  const [files, setFiles] = useState<readonly SandboxFile[]>([]);
  return {
    files,
    add: async (chosen) => {
      for (const file of chosen) {
        const answer = await uploadFile(me, file);
        if (answer.ok) setFiles((held) => [...held, answer.file]);
        else notify(answer.message ?? 'The upload did not work.');
      }
    },
    remove: (id) => setFiles((held) => held.filter((file) => file.id !== id)),
    clear: () => setFiles([]),
  };
};

/** The chips of waiting files. */
export const AttachedFiles = ({ attached }: { readonly attached: Attached }): ReactNode =>
  attached.files.length === 0 ? null : (
    <div className="message-files composer-files">
      {attached.files.map((file) => (
        <span key={file.id} className="file-chip">
          <Icon name="file" size={15} /> {file.name}
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove ${file.name}`}
            onClick={() => attached.remove(file.id)}
          >
            <Icon name="close" size={14} />
          </button>
        </span>
      ))}
    </div>
  );

/** The button that opens the file picker. */
export const AttachButton = ({ attached }: { readonly attached: Attached }): ReactNode => {
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    const chosen = [...(event.target.files ?? [])];
    event.target.value = '';
    void attached.add(chosen);
  };
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="Attach a file"
        title="Attach a file"
        onClick={() => input.current?.click()}
      >
        <Icon name="file" />
      </button>
      <input ref={input} type="file" multiple hidden aria-label="File to attach" onChange={choose} />
    </>
  );
};
