import { type ChangeEvent, type ReactNode, useState } from 'react';
import { asList, type BlockElement, useElement } from './element-state.tsx';
import { Icon } from './icons.tsx';
import type { SandboxFile } from './page-types.ts';
import { uploadFile } from './server-calls.ts';
import { useWorkspaceView } from './workspace-context.ts';

type FileFieldProps = {
  readonly element: BlockElement;
  readonly blockId: string;
  readonly id: string;
  readonly invalid: boolean;
  readonly describedBy?: string | undefined;
};

/** The size of a file as people read it. */
export const sizeText = (bytes: number): string =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1_048_576
      ? `${Math.round(bytes / 1024)} KB`
      : `${(bytes / 1_048_576).toFixed(1)} MB`;

/** A file_input: each chosen file is uploaded at once; the form holds its id. */
export const FileField = ({ element, blockId, id, invalid, describedBy }: FileFieldProps): ReactNode => {
  const { value, set } = useElement(element, blockId, false);
  const { me } = useWorkspaceView();
  const [files, setFiles] = useState<readonly SandboxFile[]>([]);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const ids = asList(value);
  const types = Array.isArray(element['filetypes']) ? (element['filetypes'] as readonly string[]) : [];
  const max = Number(element['max_files'] ?? 10);
  const choose = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const chosen = [...(event.target.files ?? [])].slice(0, Math.max(0, max - ids.length));
    event.target.value = '';
    setProblem('');
    setBusy(true);
    const answers = await Promise.all(chosen.map((file) => uploadFile(me, file)));
    setBusy(false);
    const added = answers.flatMap((answer) => (answer.ok ? [answer.file] : []));
    setFiles([...files, ...added]);
    set([...ids, ...added.map((file) => file.id)]);
    const failed = answers.find((answer) => !answer.ok);
    if (failed && !failed.ok) setProblem(failed.message ?? 'The upload did not work.');
  };
  const remove = (fileId: string): void => set(ids.filter((other) => other !== fileId));
  return (
    <div className="file-field">
      {ids.map((fileId) => {
        const file = files.find((other) => other.id === fileId);
        return (
          <span key={fileId} className="file-chip">
            <Icon name="file" size={15} /> {file ? `${file.name} (${sizeText(file.size)})` : fileId}
            <button type="button" className="icon-button" aria-label="Remove this file" onClick={() => remove(fileId)}>
              <Icon name="close" size={14} />
            </button>
          </span>
        );
      })}
      {ids.length < max && (
        <input
          id={id}
          type="file"
          multiple={max > 1}
          accept={types.map((type) => `.${type}`).join(',') || undefined}
          disabled={busy}
          aria-invalid={invalid}
          aria-describedby={describedBy}
          onChange={(event) => void choose(event)}
        />
      )}
      {problem !== '' && (
        <p className="input-error" role="alert">
          <Icon name="warn" size={15} /> {problem}
        </p>
      )}
    </div>
  );
};
