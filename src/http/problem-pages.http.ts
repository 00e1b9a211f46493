import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { DomainError } from '../kernel/errors.js';
import { Public } from './auth-guard.js';
import { listOf, pageOf, readProblemPages, slugOf } from './problem-pages.js';

const HTML = 'text/html; charset=utf-8';

/** Pages for people, where the `type` of a problem leads: what a code means and what to do. */
@ApiExcludeController()
@SkipThrottle()
@Controller('problems')
export class ProblemPagesHttp {
  readonly #list: string;
  readonly #pages: ReadonlyMap<string, string>;

  constructor() {
    const pages = readProblemPages();
    this.#list = listOf(pages);
    this.#pages = new Map(pages.map((page) => [slugOf(page.code), pageOf(page)]));
  }

  @Get()
  @Public()
  @Header('content-type', HTML)
  list(): string {
    return this.#list;
  }

  @Get(':code')
  @Public()
  @Header('content-type', HTML)
  page(@Param('code') code: string): string {
    const page = this.#pages.get(code);
    if (page === undefined)
      throw new DomainError('PROBLEM_UNKNOWN', 'There is no such problem code.', 'not-found');
    return page;
  }
}
