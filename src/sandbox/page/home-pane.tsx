import { type ReactNode, useMemo } from 'react';
import { Blocks } from './blocks.tsx';
import { AppMark } from './icons.tsx';
import { InteractionContext } from './interaction-context.ts';
import type { SandboxView } from './page-types.ts';
import { useInteractionHost } from './use-interaction-host.ts';

const Published = ({ view, me }: { readonly view: SandboxView; readonly me: string }): ReactNode => {
  const container = useMemo(() => ({ type: 'view' as const, view_id: view.id }), [view.id]);
  const { interaction } = useInteractionHost(me, container, view.blocks);
  return (
    <InteractionContext value={interaction}>
      <Blocks blocks={view.blocks} />
    </InteractionContext>
  );
};

/** The app's Home tab, as the app published it for this person. */
export const HomePane = ({ view, me }: { readonly view: SandboxView | null; readonly me: string }): ReactNode => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
  <section className="home-pane" aria-label="Home of Countersign" tabIndex={0}>
    <div className="home-page">
      {view ? (
        <Published key={view.id} view={view} me={me} />
      ) : (
        <div className="empty">
          <AppMark size={48} />
          <p>Countersign has not published a Home page for you yet.</p>
        </div>
      )}
    </div>
  </section>
);
