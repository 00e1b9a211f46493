import type { KafkaConnection } from '../../adapters/event-bus/port.js';
import {
  refuseLess,
  refuseOtherCluster,
  topicsNow,
} from '../../adapters/event-bus/kafka/topics-left.js';
import type { Role } from './role.js';

/**
 * Whether the topics have what the relay left in them; for who reads them.
 * @throws DomainError TOPICS_NOT_AS_LEFT
 */
export async function checkTopics(ground: Role['ground'], kafka: KafkaConnection): Promise<void> {
  const { left } = await ground();
  if (left) refuseLess(left, await topicsNow(kafka));
}

/**
 * Whether this is the cluster in which the relay left its events; for a topic that others write.
 * @throws DomainError TOPICS_NOT_AS_LEFT
 */
export async function checkCluster(ground: Role['ground'], kafka: KafkaConnection): Promise<void> {
  const { left } = await ground();
  if (left) refuseOtherCluster(left, await topicsNow(kafka));
}
