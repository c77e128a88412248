# The hub as an image: `docker build -t im-hub .`, from the root of the repository. deploy/README.md says how it is run.
#
# Three stages: build and pack everything; install production dependencies in the versions of the lock file around the
# packed packages; and take over nothing but the result. Whoever runs it is nobody, and nothing needs to be written but /tmp.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY . .
RUN npm ci --no-audit --no-fund
RUN npm run build
# SDKs that only some integrations need, by name: --build-arg SDKS="@aws-sdk/client-s3 @google-cloud/storage".
ARG SDKS=""
RUN node deploy/image/pack.mjs /packed ${SDKS}

FROM ${NODE_IMAGE} AS install
WORKDIR /app
COPY --from=build /packed ./
# Optional ones too are left out: a peer that nobody asked for by SDKS is none of the image's.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="@im hub" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=install /app ./
COPY deploy/image/healthcheck.mjs ./
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["node", "healthcheck.mjs"]
ENTRYPOINT ["node", "packages/server/dist/main.js"]
CMD ["--config", "config/integrations.yaml"]
