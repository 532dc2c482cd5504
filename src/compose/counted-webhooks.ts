import type { Egress } from '../connect/egress.ts';
import type { Metrics } from '../ops/metrics.ts';

/** The way out for webhooks: vendors' own servers, counted by the kind of their answers and apart from providers. */
export function countedWebhooks(egress: Egress, metrics: Pick<Metrics, 'webhookAnswered'>): Egress {
  return {
    ...egress,
    async send(target, request) {
      const begun = performance.now();
      const answered = (status: number | null) => metrics.webhookAnswered({ status, seconds: (performance.now() - begun) / 1000 });
      const answer = await egress.send(target, request).catch((error: unknown) => {
        answered(null);
        throw error;
      });
      answered(answer.status);
      return answer;
    },
  };
}
