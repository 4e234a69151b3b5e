"""What people write in an incident and what must stay as it is: places, settings, ids, times, and sentences."""

from __future__ import annotations

PLACES = """
server/src/routes/auth.js:118
server/src/services/push/queue.ts:44 → server/src/db/pool.js:12:9
./server/test/auth.spec.js (línea 40)
at Object.<anonymous> (server/src/index.js:7:3)
migrations/20261124123456_add_column.sql
guardia-incidents-20261119-2201.csv
/var/log/app/api-1.ndjson.gz, /api/auth/login, /api/realtime/catchup
src/components/chat/ConversationList/ConversationListItem.tsx
https://status.example.com/incidents/42
ver https://runbooks.example.com/auth/rollback y https://grafana.example.com/d/auth/login
http://localhost:3000/health, http://10.0.0.12:8080/metrics
amqp://rabbit.internal:5672/cola
api.example.com:443, db-primary.internal:5432
10.0.0.1, 192.168.1.254:5432, 10.0.0.0/8, ::1, 2001:db8::8a2e:370:7334
mac 00:1a:2b:3c:4d:5e, puerto 8080, pid 4711
""".strip().splitlines()
SETTINGS = """
DB_POOL_MAX=20
subimos DB_POOL_MAX=20, luego DB_POOL_MIN=5.
¿`ENABLE_PUSH_NOTIFICATIONS=false`? Sí; antes **RETRIES=3**
(RATE_LIMIT=12000) [CACHE_TTL=300] "WORKERS=4"
NODE_ENV y pool.max sin cambios
--retries=3 --verbose=true
n >= 20, p95 <= 812 ms, share >= 0.5, a != b
timeout: 30 s, límite: 500 por minuto, dueño: @ana
estado: mitigado; severidad: SEV1; canal: #inc-42
monkey: sano, compass: bien, enclave: ok, okey: seguimos
secretaría: @beto; tokenizador: roto; teclado: cambiado; passing: 12
keyboard: broken, passed: 12 tests, shipping: late
""".strip().splitlines()
IDS = """
req_v071rdbvvmwo1ag3z
x-request-id req-1700000000123 y cli_0196cc79-d191
web-0196cc79-d191-4d1e-9f00-123456789012
12345678-1234-1234-1234-123456789012 falló dos veces
commit 7f3c2a1, luego 0a1b2c3d4e (rama fix/login-500)
revert de 7f3c2a1..9be04d2 en v4.2.1-rc.3+build.77
INC-20261119-ab12 unido a INC-20261119-zz99
METRIC_REALTIME_AUTHZ_DENIED, METRIC_AUTH_5XX: 78 en 5 min
NOT_FOUND_OR_NO_ACCESS, MISSING_REQUIRED_FIELDS, 42P01, ECONNREFUSED
auth-5xx-sustained firing, login-down pending
tabla public.user_sessions, columna last_seen_at, índice idx_messages_conversation_id
tablas users, conversations, message_reads; esquema app_private
pg-pool-exhausted-after-deploy-42
react@18.2.0, node v20.11.1, @types/node@20.4.2
#incident-42 @ana SEV1, ticket OPS-1234, PR #567
2026-11-19T22:01:00.123Z, 2026-11-19 22:01:00, (2026-11-19 22:06)
2026-11-19T22:01:00+01:00 a 2026-11-20T00:15:30-05:00
22:01 UTC → 23:01 en Madrid; 22:01:07,5
200 401 403, 500 502 503 504
58,315 líneas, 1.284 eventos, 12,5 %, 3x, 2^10
2026-11-19 22.01 2026-11-20 22.01
""".strip().splitlines()
SENTENCES = """
Causa: el pool se agotó tras el despliegue; mitigación: reinicio. Opinión: mala.
Los inicios de sesión fallan desde las 22:01; ¿alguien tocó la caché? Yo no.
El token caducó y la contraseña no tenía nada que ver.
Nadie rotó las claves; la pasarela devolvía 502 una de cada tres veces.
Autorización denegada en tiempo real: 401 y 403 al entrar en la sala
La cookie de sesión no se renovaba tras medianoche, así que se caían todos
The bearer token expired, basic authentication failed.
Basic checks passed; bearer of bad news: rollback again
We saw the authorization header missing, and no cookie at all.
Congelamos despliegues (auth y realtime) hasta que el p95 baje de 800 ms
Ñandú, pingüino, camión: «prueba» con tildes, eñes y “comillas” — sin más
Volvimos a la versión anterior: mejoró a los 4 minutos, normal a los 15.
Queda pendiente: prueba de contrato, alerta de catch-up y guardarraíl de migraciones
Impacto: 1 de cada 3 inicios de sesión falló durante 14 min (285 de 855 peticiones)
Lección: renombrar y desplegar en dos pasos, expand-contract, siempre
Avisado soporte; próxima actualización en 30 minutos; sigue @beto
Hipótesis: bloqueo en la tabla sessions, o el índice nuevo, o ambas cosas
Descartado: red, DNS y disco; 0 errores en los últimos 15 minutos
It was the migration: a renamed column, read by code that was not deployed yet.
Rolled back to 4.2.0 at 22:17Z, errors gone at 22:21Z, resolved at 22:37Z
Who has the runbook? Playbook “auth”, step 3: check the pool, then the cache.
Retry storm? 3 clients, 40 requests/s each; backoff was 0 ms, now 250 ms
5 × 60 = 300; 2/3 of traffic; ~10 min; <1 % of users; +4 -2 lines
p95 ↗ 500→812 ms, catch-up p99 1,4 s, cola 1200 mensajes
Disk usage: 81 %, swap 0, load 4.2 3.9 3.1
task-runner-for-nightly-cleanup y disk-usage-by-service-name-report, sin cambios
El 19/11/2026 a las 22:01 (19-11-2026) empezó; el 20 terminó
Reunión el 20.11.2026 10:30, informe antes del 5-12-2026; ¿quién lo escribe?
""".strip().splitlines()
LINES = (*PLACES, *SETTINGS, *IDS, *SENTENCES)
