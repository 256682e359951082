-- What narrows a list to few tickets gets a way of its own: whose they are, and what is new.
-- Names of requesters are looked through in the counters, where each stands once.
CREATE INDEX ticket_requester ON ticket(requester, shelf, k_due);
CREATE INDEX ticket_unread ON ticket(shelf, k_due) WHERE unread;
CREATE INDEX ticket_changed ON ticket(shelf, k_due) WHERE changed;
CREATE INDEX ticket_unsent ON ticket(shelf, k_due) WHERE waiting > 0;
INSERT INTO counter SELECT 'requester', requester, shelf, count(*) FROM ticket WHERE requester IS NOT NULL GROUP BY requester, shelf;
