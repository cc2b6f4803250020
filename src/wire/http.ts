/** What the HTTP server serves besides the sandbox: Slack's events, health and numbers. */
import { dayOf } from '#src/delivery/answers/model-budget.ts';
import type { Publisher } from '#src/delivery/publisher.ts';
import type { SlackApp } from '#src/slack/app.ts';
import { createHealth } from '#src/web/health.ts';
import { type Handler, pathOf } from '#src/web/server.ts';
import type { Core } from './core.ts';

/** A checkpoint that failed so often is no passing trouble: by then about fifteen seconds went by. */
const FAILURES_ODD = 5;

/** `/slack/events`; only with HTTP events. */
export function slackHandler(app: SlackApp): Handler {
  return (req, res) => {
    if (app.requestListener === null || pathOf(req) !== '/slack/events') return false;
    app.requestListener(req, res);
    return true;
  };
}

/** `/healthz`, `/readyz`, `/metrics`. */
export function healthHandler(core: Core, publisher: Pick<Publisher, 'failures'>): Handler {
  const { ledger, evidence, inbox, outbox, usage } = core.stores;
  const sizes = async () => {
    const [head, tree, checkpoint] = await Promise.all([
      ledger.head(),
      evidence.readTree(),
      evidence.latestCheckpoint(),
    ]);
    return { sequenced: head.size, integrated: tree.size, published: checkpoint?.size ?? 0 };
  };
  const gauge = (name: string, help: string, value: number) => ({ name, help, type: 'gauge' as const, value });
  return createHealth({
    checks: [
      {
        name: 'database',
        run: async () => {
          await ledger.head();
          return null;
        },
      },
      {
        name: 'checkpoint',
        // What is decided meanwhile is recorded and signed; only the checkpoint over it is missing.
        run: async () =>
          publisher.failures() < FAILURES_ODD
            ? null
            : `no checkpoint could be signed, ${publisher.failures()} times in a row; it is tried again. The log says why.`,
      },
    ],
    log: sizes,
    metrics: async () => {
      const [log, received, toSend, model] = await Promise.all([
        sizes(),
        inbox.counts(),
        outbox.counts(),
        usage.ofDay(dayOf(core.now())),
      ]);
      return [
        gauge('log_sequenced_entries', 'Entries committed.', log.sequenced),
        gauge('log_integrated_entries', 'Entries in the tree.', log.integrated),
        gauge('log_published_entries', 'Entries under a signed checkpoint.', log.published),
        gauge('log_publish_failed_rounds', 'Attempts at a checkpoint that failed in a row.', publisher.failures()),
        gauge('inbox_open_items', 'Received, not worked off yet.', received.open),
        gauge('inbox_dead_items', 'Given up.', received.dead),
        gauge('outbox_open_items', 'Messages not sent yet.', toSend.open),
        gauge('outbox_dead_items', 'Messages given up.', toSend.dead),
        gauge('model_today_calls', 'Calls to the language model today (UTC).', model.calls),
        gauge('model_today_tokens', 'Tokens the language model used today, what is under way in full.', model.tokens),
        gauge('model_today_cost', "Their cost in the price list's currency.", model.cost / 1_000_000),
        gauge('model_today_over_budget', 'Calls not made today because a budget was used up.', model.overBudget),
      ];
    },
  });
}
