select decision_id, ground, ground_text, explanation, is_illegal, clause_id, clause_version, category, additional, keywords,
    free_keyword, visibility, visibility_other, visibility_until, monetary, monetary_other, monetary_until, provision,
    provision_until, account, account_until, scope, states, applied_at, facts
from measure
where decision_id = any ($1)
