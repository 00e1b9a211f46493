import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Standing, STANDING } from '../runtime/standing.js';
import { isPublic } from './auth-guard.js';

/**
 * Takes no command and answers no query over a log that has not what read models and automations
 * stand on. Health, metrics and what problems mean are told all the same.
 */
@Injectable()
export class StandingGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(STANDING) private readonly standing: Standing,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.standing.isSure || isPublic(this.reflector, context)) return true;
    return this.standing.require().then(() => true);
  }
}
