# One image for every size: `serve` on a data folder, or `serve --role …` of the distributed size (docker-compose.yml).
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
# `dist` is a link to the folder of the last build; the image gets the files.
RUN npm run -s build && cp -rL dist built && rm -rf built/test built/bench built/.tsbuildinfo

# What is needed at run time only. The pinned Node.js among the optional packages is for machines with another one.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production SANAD_MODE=production SANAD_DATA=/data SANAD_HOST=0.0.0.0
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/built ./dist
COPY package.json ./
COPY bin ./bin
COPY events ./events
COPY docs ./docs
# Everything but /data belongs to root and is read-only to the process; so is the root file system where it runs with --read-only.
RUN install --directory --owner=node --group=node --mode=0700 /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.SANAD_PORT ?? 3000) + '/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/sanad.mjs"]
CMD ["serve"]
