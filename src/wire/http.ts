/** What the HTTP server serves besides the sandbox: Slack's events, health and numbers. */
import { dayOf } from '#src/delivery/model-budget.ts';
import type { SlackApp } from '#src/slack/app.ts';
import { createHealth } from '#src/web/health.ts';
import { type Handler, pathOf } from '#src/web/server.ts';
import type { Core } from './core.ts';

/** `/slack/events`; only with HTTP events. */
export function slackHandler(app: SlackApp): Handler {
  return (req, res) => {
    if (app.requestListener === null || pathOf(req) !== '/slack/events') return false;
    app.requestListener(req, res);
    return true;
  };
}

/** `/healthz`, `/readyz`, `/metrics`. */
export function healthHandler(core: Core): Handler {
  const { ledger, evidence, inbox, outbox, usage } = core.stores;
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
    ],
    metrics: async () => {
      const [head, tree, checkpoint, received, toSend, model] = await Promise.all([
        ledger.head(),
        evidence.readTree(),
        evidence.latestCheckpoint(),
        inbox.counts(),
        outbox.counts(),
        usage.ofDay(dayOf(core.now())),
      ]);
      return [
        gauge('log_sequenced_entries', 'Entries committed.', head.size),
        gauge('log_integrated_entries', 'Entries in the tree.', tree.size),
        gauge('log_published_entries', 'Entries under a signed checkpoint.', checkpoint?.size ?? 0),
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
