insert into measure (decision_id, ground, ground_text, explanation, is_illegal, clause_id, clause_version, category,
    additional, keywords, free_keyword, visibility, visibility_other, visibility_until, monetary, monetary_other,
    monetary_until, provision, provision_until, account, account_until, scope, states, applied_at, facts)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
