import { Inject, Injectable, SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ROLES, type Role } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import type { Request } from './call.js';
import { Tokens } from './tokens.js';

const PERMISSION = 'sanad:permission';

/** Lets these roles in. Every endpoint says so or is @Public(); one that says neither lets nobody in. */
export const Permit = (...roles: readonly Role[]): CustomDecorator => SetMetadata(PERMISSION, new Set<Role>(roles));
/** Needs no token: health, metrics, the API's own description. */
export const Public = (): CustomDecorator => SetMetadata(PERMISSION, 'public');
/** Any role that a person or a payment system can have. */
export const EVERYONE: readonly Role[] = ROLES.filter((role) => role !== 'automation');

export type Permission = ReadonlySet<Role> | 'public' | undefined;
export const permissionOf = (reflector: Reflector, handler: () => unknown, controller: () => unknown): Permission =>
  reflector.getAllAndOverride<Permission>(PERMISSION, [handler, controller] as never);

/** Deny by default: verifies the token, checks the role against the endpoint's permission, and notes who calls. */
@Injectable()
export class Gate implements CanActivate {
  readonly #permissions = new Map<unknown, Permission>();

  constructor(@Inject(Reflector) private readonly reflector: Reflector, @Inject(Tokens) private readonly tokens: Tokens) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const permission = this.#permission(context);
    if (permission === 'public') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const known = this.tokens.known(request.headers.authorization);
    if (known) {
      request.actor = known;
      return allow(permission, known.role);
    }
    return this.tokens.verify(request.headers.authorization).then((actor) => {
      request.actor = actor;
      return allow(permission, actor.role);
    });
  }

  #permission(context: ExecutionContext): Permission {
    const handler = context.getHandler();
    if (!this.#permissions.has(handler)) this.#permissions.set(handler, permissionOf(this.reflector, handler as () => unknown, context.getClass() as never));
    return this.#permissions.get(handler);
  }
}

function allow(permission: Exclude<Permission, 'public'>, role: Role): true {
  if (!permission?.has(role)) {
    throw new DomainError('ROLE_NOT_ALLOWED', permission ? `The role ${role} may not do this; it takes ${[...permission].join(' or ')}.` : 'Nobody may do this.', 'forbidden');
  }
  return true;
}
