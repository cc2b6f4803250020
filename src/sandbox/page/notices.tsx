import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import { Icon } from './icons.tsx';

type Notice = { readonly id: number; readonly text: string; readonly kind: 'problem' | 'note' };
type Notify = (text: string, kind?: Notice['kind']) => void;

const SHOWN_MS = 7_000;
const NoticesContext = createContext<Notify>(() => undefined);

/** Shows a sentence at the bottom of the page for a while, and says it to screen readers. */
export const useNotify = (): Notify => useContext(NoticesContext);

export const Notices = ({ children }: { readonly children: ReactNode }): ReactNode => {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const close = useCallback((id: number) => setNotices((all) => all.filter((notice) => notice.id !== id)), []);
  const notify = useCallback<Notify>(
    (text, kind = 'problem') => {
      const id = Date.now() + Math.random();
      setNotices((all) => [...all.filter((notice) => notice.text !== text), { id, text, kind }].slice(-3));
      window.setTimeout(() => close(id), SHOWN_MS);
    },
    [close],
  );
  const value = useMemo(() => notify, [notify]);
  return (
    <NoticesContext value={value}>
      {children}
      <div className="notices" role="alert" aria-live="assertive">
        {notices.map((notice) => (
          <div key={notice.id} className={`notice notice-${notice.kind}`}>
            <Icon name={notice.kind === 'problem' ? 'warn' : 'check'} />
            <span>{notice.text}</span>
            <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => close(notice.id)}>
              <Icon name="close" size={14} />
            </button>
          </div>
        ))}
      </div>
    </NoticesContext>
  );
};
