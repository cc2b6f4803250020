import type { ViewOutput } from '@slack/bolt';
import { uploadValue } from '#src/delivery/forms/request-uploads.ts';

/** Answers by block id; null where left empty. */
export function valuesOf(view: Pick<ViewOutput, 'state'>): Record<string, string | string[] | null> {
  const values: Record<string, string | string[] | null> = {};
  for (const [block, actions] of Object.entries(view.state.values)) {
    for (const answer of Object.values(actions)) {
      values[block] =
        answer.files?.map(({ id, size }) => uploadValue({ id, size: size ?? 0 })) ??
        answer.value ??
        answer.selected_option?.value ??
        answer.selected_date ??
        answer.selected_user ??
        answer.selected_options?.map((o) => o.value ?? '') ??
        answer.selected_users ??
        null;
    }
  }
  return values;
}
