# One image for the API (default), the workers (`node workers/main.ts`) and the sandbox (`node src/sandbox/main.ts`).
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The optional packages bring a Node for machines that have an older one; this image has its own.
RUN npm ci --omit=dev --omit=optional

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PACKLINE_HOME=/var/lib/packline
# As src/platform/start-program.ts has it, and why.
ENV NODE_OPTIONS=--max-semi-space-size=8
WORKDIR /app
RUN install --directory --owner=node --group=node /var/lib/packline
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY src src
COPY workers workers
USER node
VOLUME /var/lib/packline
EXPOSE 8080
CMD ["node", "src/main.ts"]
