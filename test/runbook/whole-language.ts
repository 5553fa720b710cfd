/** A runbook over the real catalogue in which everything of the language stands at least once. */
export const WHOLE = `runbook: R-WHOLE
title: Everything the language has
owner: group:security
review_by: 2027-05-20
applies_to: [api_key, federation_key]
start_on:
  - alert: key_leaked
inputs:
  key: { type: key }
  situation: { type: enum, values: [suspected, exploited], default: suspected }
  minutes: { type: int, min: 5, max: 60, default: 15 }
grants: { providers: [ledger], sinks: [file], hosts: [status.example.com] }
open_runs: one_per_key
deadlines: { run: 5d, contain: 2h, recover: 3d }
identify:
  - id: siblings
    uses: key.find
    with: { service: payments, state: [active], expiring_within: 7d, limit: 20 }
  - id: status
    uses: http.request
    with: { connection: status, method: GET, path: [health], expect: { status: [200] } }
    retry: { attempts: 3, backoff: 5s, max_backoff: 1m, on: [network, timeout] }
    on_failure: continue
contain:
  - id: go
    uses: approve
    with: { question: "Suspend \${inputs.key.slug}?", rule: rotate }
  - id: hold
    uses: key.suspend
    with: { key: "\${inputs.key}", reason: Somebody else may have it. }
investigate:
  - id: where
    uses: ask
    with:
      question: "Where was \${inputs.key.slug} seen?"
      assignee: owner
      form:
        place: { type: url, label: Address }
        minutes: { type: int, label: Minutes out, min: 0, max: 600 }
        next: { type: person, label: Who goes on }
        ticket: { type: text, label: Ticket, required: false }
      remind: [10m]
      again_every: 30m
      escalate_to: group:oncall
    due: 1h
    deadline: 1d
  - id: cleaned
    when: steps.where.answers.minutes > 10
    uses: ask
    with:
      question: Is it gone everywhere?
      assignee: "\${steps.where.answers.next}"
      checklist:
        - { id: history, text: Out of the history }
        - { id: forks, text: Out of the forks, may_not_apply: true }
      push_back_to: [where]
    due: 2h
recover:
  - id: known
    uses: assert
    with: { that: steps.siblings.count < 20, message: There are too many to do at once. }
  - id: all
    each: "\${steps.siblings.keys}"
    uses: runbook.start
    with: { runbook: R-ROTATE, inputs: { key: "\${item}", mode: suspected } }
    ramp: 3
    max_failures: 20%
  - id: mint
    uses: key.create
    with: { replaces: "\${inputs.key}", scopes: minimal }
  - id: few
    uses: canary
    with:
      key: "\${steps.mint.key}"
      secret: "\${steps.mint.secret}"
      cohort: [{ name: one, sink: file, target: /run/secrets/one }]
      watch: { for: 10m, every: 1m, key_probe: true }
  - id: quiet
    uses: wait
    with: { until: key.calls_last_hour == 0, key: "\${inputs.key}", deadline: 1d, check_every: 5m }
  - id: pause
    uses: wait
    with: { for: 30m }
communicate:
  - id: peers
    uses: peers.notify
    with: { key: "\${inputs.key}", replacement: "\${steps.mint.key}", data_integrity: None. }
  - id: pinned
    uses: peers.await
    with: { key: "\${steps.mint.key}", state: pinned, deadline: 2d, remind: 4h }
  - id: later
    uses: schedule.rotation
    with: { key: "\${steps.mint.key}", after: 7d, reason: The scopes are to be looked at again. }
  - id: said
    uses: incident.update
    with: { conditions: "\${steps.pinned.reached} of \${steps.pinned.peers} peers trust the new key." }
    on_failure: told
  - id: told
    uses: incident.update
    with: { note: Done. }
finally:
  - id: last
    uses: summary.post
`;
