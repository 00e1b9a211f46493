import 'reflect-metadata';
import { Body, Controller, Inject, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SubmitApplication } from '../../src/application/application.commands.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { bodyFor, CLIENTS, measure } from './http-work.js';

/**
 * The floor of a command over HTTP: NestJS on Fastify with its validation and command bus, and no
 * store behind.
 */
let position = 0;

@CommandHandler(SubmitApplication)
class Handle implements ICommandHandler<SubmitApplication> {
  async execute(): Promise<object> {
    return { applicationId: uuidOf('application', position), position: (position += 1) };
  }
}

@Controller('applications')
class FloorHttp {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}
  @Post()
  submit(@Body() command: SubmitApplication): Promise<object> {
    return this.bus.execute(command);
  }
}

@Module({ imports: [CqrsModule.forRoot()], controllers: [FloorHttp], providers: [Handle] })
class FloorModule {}

const app = await NestFactory.create<NestFastifyApplication>(FloorModule, new FastifyAdapter(), {
  logger: false,
});
app.useGlobalPipes(
  new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }),
);
await app.listen(0, '127.0.0.1');
const measured = await measure(
  Number(new URL(await app.getUrl()).port),
  Array.from({ length: CLIENTS }, (_, i) => bodyFor(uuidOf('person', i))),
);
process.stdout.write(
  `${JSON.stringify({ contender: 'NestJS with validation and command bus, no store', clients: CLIENTS, ...measured, perSecond: Math.round(measured.requests / measured.seconds) })}\n`,
);
await app.close();
