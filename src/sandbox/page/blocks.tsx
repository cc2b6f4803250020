import { type ReactNode, useMemo } from 'react';
import { Message as LibraryBlocks } from 'slack-blocks-to-jsx';
import 'slack-blocks-to-jsx/dist/style.css';
import type { BlockElement } from './element-state.tsx';
import { ActionElement } from './elements.tsx';
import { Icon, type IconName } from './icons.tsx';
import { InputBlock } from './input-block.tsx';
import { formatDate } from './mrkdwn.ts';
import { OutLink, TextObject } from './mrkdwn-view.tsx';
import type { Block } from './page-types.ts';
import { TableBlock } from './table-block.tsx';
import { useWorkspaceView } from './workspace-context.ts';

const JOINER = '\u2060';

/**
 * The library reads plain text as mrkdwn and undoes its escapes, so that `&lt;!channel&gt;` would become a mention. An
 * invisible joiner after each `<` that is only text keeps it text.
 */
const guarded = (value: unknown, inPlain = false): unknown => {
  if (Array.isArray(value)) return value.map((item) => guarded(item));
  if (typeof value !== 'object' || value === null) return value;
  const { type } = value as { readonly type?: string };
  const plain = inPlain || type === 'plain_text' || type === 'raw_text';
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key !== 'text' || typeof inner !== 'string') return [key, guarded(inner)];
      const safe = plain ? inner.replaceAll('<', `<${JOINER}`) : inner.replaceAll('&lt;', `&lt;${JOINER}`);
      return [key, type === 'markdown' ? inner : safe];
    }),
  );
};

type LibraryProps = Parameters<typeof LibraryBlocks>[0];

/** Blocks that only show something, rendered by slack-blocks-to-jsx. */
const ShownBlock = ({ block }: { readonly block: Block }): ReactNode => {
  const { users, channels, theme } = useWorkspaceView();
  const props = useMemo((): LibraryProps => {
    const data = {
      users: [...users.values()].map((user) => ({ id: user.id, name: user.real_name })),
      channels: channels.map((channel) => ({ id: channel.id, name: channel.name })),
    };
    return {
      blocks: [guarded(block)] as LibraryProps['blocks'],
      data,
      theme,
      name: '',
      logo: '',
      withoutWrapper: true,
      hooks: {
        link: ({ href, children }) => <OutLink href={href}>{children}</OutLink>,
        date: ({ timestamp, format }) => <time>{formatDate(Number(timestamp), format, new Date())}</time>,
      },
    };
  }, [block, users, channels, theme]);
  return (
    <div className="library-block">
      <LibraryBlocks {...props} />
    </div>
  );
};

const list = (value: unknown): readonly BlockElement[] =>
  Array.isArray(value) ? (value as readonly BlockElement[]) : [];

const Section = ({ block }: { readonly block: Block }): ReactNode => {
  const accessory = block['accessory'] as BlockElement | undefined;
  return (
    <div className="section">
      <div className="section-main">
        <TextObject value={block['text']} />
        {block['fields'] !== undefined && (
          <div className="section-fields">
            {list(block['fields']).map((field, i) => (
              <TextObject key={String(i)} value={field} />
            ))}
          </div>
        )}
      </div>
      {accessory && (
        <div className="section-accessory">
          {accessory['type'] === 'image' ? (
            <Picture element={accessory} />
          ) : (
            <ActionElement element={accessory} blockId={block.block_id ?? ''} />
          )}
        </div>
      )}
    </div>
  );
};

/** Pictures come from elsewhere and nothing is fetched from outside: their description stands in. */
const Picture = ({ element }: { readonly element: BlockElement }): ReactNode => (
  <span className="picture">{String(element['alt_text'] ?? 'image')}</span>
);

const Context = ({ block }: { readonly block: Block }): ReactNode => (
  <div className="context">
    {list(block['elements']).map((element, i) => (
      <span key={String(i)} className="context-item">
        {element['type'] === 'image' ? <Picture element={element} /> : <TextObject value={element} />}
      </span>
    ))}
  </div>
);

const Actions = ({
  elements,
  blockId,
}: {
  readonly elements: readonly BlockElement[];
  readonly blockId: string;
}): ReactNode => (
  <div className="actions">
    {elements.map((element, i) => (
      <ActionElement key={String(element['action_id'] ?? i)} element={element} blockId={blockId} />
    ))}
  </div>
);

const Card = ({ block }: { readonly block: Block }): ReactNode => (
  <article className="card">
    {block['title'] !== undefined && (
      <div className="card-title">
        <TextObject value={block['title']} />
      </div>
    )}
    {block['subtitle'] !== undefined && (
      <div className="card-subtitle">
        <TextObject value={block['subtitle']} />
      </div>
    )}
    {block['body'] !== undefined && <TextObject value={block['body']} />}
    {block['actions'] !== undefined && <Actions elements={list(block['actions'])} blockId={block.block_id ?? ''} />}
  </article>
);

const ALERT_ICONS: Readonly<Record<string, IconName>> = { success: 'check', warning: 'warn', error: 'warn' };

const Alert = ({ block }: { readonly block: Block }): ReactNode => {
  const level = String(block['level'] ?? 'info');
  return (
    <div className={`alert alert-${level}`} role="note">
      <Icon name={ALERT_ICONS[level] ?? 'pulse'} />
      <TextObject value={block['text']} />
    </div>
  );
};

const containerHead = (block: Block): ReactNode => (
  <>
    {block['rich_text_title'] ? (
      <ShownBlock block={block['rich_text_title'] as Block} />
    ) : (
      <TextObject value={block['title']} />
    )}
  </>
);

const Container = ({ block }: { readonly block: Block }): ReactNode => {
  const inside = (
    <>
      {block['subtitle'] !== undefined && (
        <div className="container-subtitle">
          <TextObject value={block['subtitle']} />
        </div>
      )}
      <Blocks blocks={list(block['child_blocks']) as readonly Block[]} />
    </>
  );
  return block['is_collapsible'] === true ? (
    <details className="container" open={block['default_collapsed'] !== true}>
      <summary className="container-title">{containerHead(block)}</summary>
      {inside}
    </details>
  ) : (
    <div className="container">
      <div className="container-title">{containerHead(block)}</div>
      {inside}
    </div>
  );
};

const Carousel = ({ block }: { readonly block: Block }): ReactNode => (
  <div className="carousel">
    {list(block['elements']).map((card, i) => (
      <Card key={String((card as Block).block_id ?? i)} block={card as Block} />
    ))}
  </div>
);

const OneBlock = ({ block }: { readonly block: Block }): ReactNode => {
  const blockId = block.block_id ?? '';
  switch (block.type) {
    case 'section':
      return <Section block={block} />;
    case 'header':
      return (
        <h3 className="header-block">
          <TextObject value={block['text']} />
        </h3>
      );
    case 'divider':
      return <hr className="divider" />;
    case 'context':
      return <Context block={block} />;
    case 'actions':
      return <Actions elements={list(block['elements'])} blockId={blockId} />;
    case 'context_actions':
      return <Actions elements={list(block['elements'])} blockId={blockId} />;
    case 'input':
      return <InputBlock block={block} />;
    case 'card':
      return <Card block={block} />;
    case 'alert':
      return <Alert block={block} />;
    case 'table':
    case 'data_table':
      return <TableBlock block={block} renderRich={(rich) => <ShownBlock block={rich} />} />;
    case 'container':
      return <Container block={block} />;
    case 'carousel':
      return <Carousel block={block} />;
    case 'image':
      return <Picture element={block} />;
    default:
      return <ShownBlock block={block} />;
  }
};

/**
 * Block Kit blocks. What people click or fill in, and all text that a person may have written, is rendered here; the
 * rest (rich_text, markdown, plan, task_card, ...) by slack-blocks-to-jsx.
 */
export const Blocks = ({ blocks }: { readonly blocks: readonly Block[] }): ReactNode => (
  <div className="blocks">
    {blocks.map((block, i) => (
      <div key={block.block_id ?? String(i)} className={`block block-${block.type}`}>
        <OneBlock block={block} />
      </div>
    ))}
  </div>
);
