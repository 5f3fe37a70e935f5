# One image for web, worker, beat and migrations.

FROM node:22-bookworm-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci

FROM python:3.12-slim-bookworm AS packages
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock

FROM python:3.12-slim-bookworm
# pg_dump and pg_restore of the server's version (docker-compose.yml), from PostgreSQL's own packages for Debian.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates postgresql-common \
 && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
 && apt-get install -y --no-install-recommends postgresql-client-17 \
 && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DEALEROPS_FILES=/data/files \
    DEALEROPS_BACKUPS=/data/backups \
    DEALEROPS_STATIC_ROOT=/app/static_collected
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin dealerops \
 && install -d -o dealerops -g dealerops /data/files /data/backups
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY --from=assets /app/node_modules node_modules
COPY . .
# The addresses and the key of this step are placeholders: nothing is connected, nothing is kept.
RUN python -c "from devtools import messages; messages.compile_catalogue()" \
 && DEALEROPS_SECRET_KEY=build-only-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789 \
    DATABASE_URL=postgresql://nobody@localhost/none REDIS_URL=redis://localhost/0 \
    python manage.py collectstatic --noinput -v0
USER dealerops
EXPOSE 8000
CMD ["gunicorn", "dealerops.wsgi:application", "--worker-class", "gthread", "--workers", "2", "--threads", "8", \
     "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--bind", "0.0.0.0:8000"]
