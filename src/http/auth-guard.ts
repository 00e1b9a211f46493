import {
  Inject,
  Injectable,
  SetMetadata,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { requireEverywhere, ROLES, type Actor, type Role } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import type { Request } from './call.js';
import { Tokens } from './tokens.js';

const PERMISSION = 'sanad:permission';
const EVERYWHERE = 'sanad:everywhere';

/**
 * Lets these roles in. Every endpoint says so or is @Public(); one that says neither lets nobody
 * in.
 */
export const Roles = (...roles: readonly Role[]): CustomDecorator =>
  SetMetadata(PERMISSION, new Set<Role>(roles));
/**
 * Needs no token: health, metrics, the API's own description, what problem codes mean, and events'
 * schemas.
 */
export const Public = (): CustomDecorator => SetMetadata(PERMISSION, 'public');
/** Concerns all regions at once: a role that is limited to some may not. */
export const ProgrammeWide = (): CustomDecorator => SetMetadata(EVERYWHERE, true);
/** Any role that a person or a payment system can have. */
export const EVERYONE: readonly Role[] = ROLES.filter((role) => role !== 'automation');

export type Permission = ReadonlySet<Role> | 'public' | undefined;
const permissionOf = (reflector: Reflector, context: ExecutionContext): Permission =>
  reflector.getAllAndOverride<Permission>(PERMISSION, [context.getHandler(), context.getClass()]);
export const isPublic = (reflector: Reflector, context: ExecutionContext): boolean =>
  permissionOf(reflector, context) === 'public';

/**
 * Deny by default: verifies the token, checks the role against the endpoint's permission, and notes
 * who calls.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  readonly #rules = new Map<unknown, Rule>();

  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Tokens) private readonly tokens: Tokens,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const rule = this.#ruleOf(context);
    if (rule.permission === 'public') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const known = this.tokens.known(request.headers.authorization);
    if (known) return allow(rule, request, known);
    return this.tokens
      .verify(request.headers.authorization)
      .then((actor) => allow(rule, request, actor));
  }

  #ruleOf(context: ExecutionContext): Rule {
    const handler = context.getHandler();
    let rule = this.#rules.get(handler);
    if (!rule) {
      rule = {
        permission: permissionOf(this.reflector, context),
        everywhere: this.reflector.get<boolean>(EVERYWHERE, handler) === true,
      };
      this.#rules.set(handler, rule);
    }
    return rule;
  }
}

interface Rule {
  readonly permission: Permission;
  readonly everywhere: boolean;
}

function allow({ permission, everywhere }: Rule, request: Request, actor: Actor): true {
  request.actor = actor;
  if (permission === undefined || permission === 'public' || !permission.has(actor.role)) {
    throw new DomainError(
      'ROLE_NOT_ALLOWED',
      permission instanceof Set
        ? `The role ${actor.role} may not do this; it takes ${[...permission].join(' or ')}.`
        : 'Nobody may do this.',
      'forbidden',
    );
  }
  if (everywhere) requireEverywhere({ actor });
  return true;
}
