import { type CSSProperties, type ReactNode, useState } from 'react';
import type { Block } from './page-types.ts';

type Cell = Readonly<Record<string, unknown>>;
type RenderRich = (block: Block) => ReactNode;

const ROWS_FIRST = 5;

const rowsOf = (value: unknown): readonly (readonly Cell[])[] =>
  Array.isArray(value) ? (value as unknown[]).filter(Array.isArray).map((row) => row as readonly Cell[]) : [];

const content = (cell: Cell, renderRich: RenderRich): ReactNode =>
  cell['type'] === 'rich_text' ? renderRich(cell as Block) : String(cell['text'] ?? cell['value'] ?? '');

/** Column alignment: as the table says, numbers to the right otherwise. */
const alignOf = (block: Block, cell: Cell, column: number): CSSProperties => {
  const settings = Array.isArray(block['column_settings']) ? (block['column_settings'] as readonly Cell[]) : [];
  const align = settings[column]?.['align'] ?? (cell['type'] === 'raw_number' ? 'right' : 'left');
  return { textAlign: align as 'left' | 'center' | 'right' };
};

const Row = (props: {
  readonly block: Block;
  readonly cells: readonly Cell[];
  readonly head: boolean;
  readonly renderRich: RenderRich;
}): ReactNode => (
  <tr>
    {props.cells.map((cell, i) => {
      const style = alignOf(props.block, cell, i);
      const inside = content(cell, props.renderRich);
      // Cells have no identity but their place.
      return props.head ? (
        <th key={String(i)} scope="col" style={style}>
          {inside}
        </th>
      ) : (
        <td key={String(i)} style={style}>
          {inside}
        </td>
      );
    })}
  </tr>
);

/**
 * Tables, and the data tables that slack-blocks-to-jsx leaves out. The first row is the head; a data table shows its
 * first page until asked for all.
 */
export const TableBlock = ({
  block,
  renderRich,
}: {
  readonly block: Block;
  readonly renderRich: RenderRich;
}): ReactNode => {
  const [all, setAll] = useState(false);
  const [head = [], ...body] = rowsOf(block['rows']);
  const paged = block.type === 'data_table';
  const first = typeof block['page_size'] === 'number' ? block['page_size'] : ROWS_FIRST;
  const shown = paged && !all ? body.slice(0, first) : body;
  return (
    <div className="table-box">
      <table>
        {typeof block['caption'] === 'string' && <caption>{block['caption']}</caption>}
        <thead>
          <Row block={block} cells={head} head={true} renderRich={renderRich} />
        </thead>
        <tbody>
          {shown.map((row, i) => (
            <Row key={String(i)} block={block} cells={row} head={false} renderRich={renderRich} />
          ))}
        </tbody>
      </table>
      {shown.length < body.length && (
        <div className="table-more">
          <button type="button" className="link-button" onClick={() => setAll(true)}>
            Show all {body.length} rows
          </button>
        </div>
      )}
    </div>
  );
};
