import { auditProjection } from './audit/audit.projection.js';
import { correctionProjection } from './correction/correction.projection.js';
import { disbursementProjection } from './disbursement/disbursement.projection.js';
import { eligibilityProjection } from './eligibility/eligibility.projection.js';
import type { Projection } from './engine/projection.js';
import type { ReadModel, ServedReadModel } from './engine/read-model.js';
import { proposalsProjection } from './proposals/proposals.projection.js';

/**
 * Every read model. A new one is its folder and a line here; whatever builds, serves or rebuilds
 * them reads this list.
 */
const READ_MODELS: readonly ReadModel[] = [
  {
    projection: eligibilityProjection,
    served: async () => (await import('./eligibility/eligibility.http.js')).served,
  },
  {
    projection: disbursementProjection,
    served: async () => (await import('./disbursement/disbursement.http.js')).served,
  },
  {
    projection: correctionProjection,
    served: async () => (await import('./correction/correction.http.js')).served,
  },
  {
    projection: proposalsProjection,
    served: async () => (await import('./proposals/proposals.http.js')).served,
  },
  {
    projection: auditProjection,
    served: async () => (await import('./audit/audit.http.js')).served,
  },
];

/** The folds, in the order in which they are built. */
export const PROJECTIONS: readonly Projection[] = READ_MODELS.map(({ projection }) => projection);

/** What answers queries to all of them, in the order in which the API is described. */
export async function servedReadModels(): Promise<ServedReadModel> {
  const served = await Promise.all(READ_MODELS.map((readModel) => readModel.served()));
  return {
    controllers: served.flatMap(({ controllers }) => controllers),
    queryHandlers: served.flatMap(({ queryHandlers }) => queryHandlers),
  };
}
