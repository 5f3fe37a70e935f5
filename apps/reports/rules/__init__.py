"""Pure rules of report forms: how a form is declared, laid out, checked, compared and moved along."""
