# The broker and its command line. Two stages: the compiler stays behind.
FROM node:22-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY client/package.json client/
RUN npm ci
COPY tsconfig.json tsconfig.base.json ./
COPY client client
COPY src src
RUN npm run build
RUN npm prune --omit=dev

FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/client/package.json client/
COPY --from=build /build/client/dist client/dist
COPY --from=build /build/dist dist
COPY bin bin
COPY examples/quakes examples/quakes
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
# It listens beyond its own machine, so it does not start without PEYK_TOKEN, --token-file or --allow-anonymous.
ENV PEYK_DATA_DIR=/data PEYK_LISTEN=0.0.0.0:7070
EXPOSE 7070
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:7070/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/peyk.js"]
CMD ["serve"]
