import { createTopics } from '../../adapters/event-bus/kafka/topics.js';
import { openKafkaWriter } from '../../adapters/event-bus/kafka/writer.js';
import { postgresRelayState } from '../../adapters/relay-state/postgres.js';
import type { Role } from './role.js';
import { Relay } from '../../runtime/relay.js';

/** Publishes the log; of many relays one is at work. */
export function startRelay({
  config: { baseUri },
  distributed: { kafka, databaseUrl },
  servers: { store },
  metrics,
  supervisor,
  end,
}: Role): void {
  const carrier = new Relay(
    store,
    postgresRelayState(databaseUrl),
    (left) => openKafkaWriter(kafka, baseUri, left),
    () => supervisor.well('relay'),
  );
  supervisor.followers.add('relay', () => carrier.place);
  metrics.relay(
    () => carrier.figures,
    () => end.position,
  );
  supervisor.take('relay', async (signal) => {
    await createTopics(kafka);
    await carrier.run(signal);
  });
}
