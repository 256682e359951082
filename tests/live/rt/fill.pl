# Fills a Request Tracker for tests through its own interface: seed | bulk N | token USER
use strict;
use warnings;
use utf8;
use lib '/usr/share/request-tracker5/lib';
use RT -init;
use MIME::Entity;
use Encode ();

my $system = RT->SystemUser;
my %queue;

sub must {
    my ($done, $why) = @_;
    die "fill: $why\n" unless $done;
    return $done;
}

sub made {    # a new object of a class
    my ($class, $method, @with) = @_;
    my $object = "RT::$class"->new($system);
    must($object->$method(@with));
    return $object;
}

sub allow {
    my ($who, $where, @rights) = @_;
    must($who->PrincipalObj->GrantRight(Object => $where, Right => $_)) for @rights;
}

sub person {
    my ($login, $name, %more) = @_;
    return made(User => Create => Name => $login, RealName => $name, Privileged => 1,
        EmailAddress => "$login\@desk.test", Password => 'agent-pw', %more);
}

sub mail {
    my (%mail) = @_;
    my $text = Encode::encode('UTF-8', $mail{text});
    my $type = $mail{type} || 'text/plain';
    my $entity = MIME::Entity->build(Type => $type, Charset => 'UTF-8', Data => $text);
    for my $file (@{ $mail{files} || [] }) {
        my ($name, $kind, $bytes) = @$file;
        $entity->make_multipart;
        $entity->attach(Type => $kind, Filename => Encode::encode('UTF-8', $name), Data => $bytes,
            Encoding => 'base64', Disposition => 'attachment');
    }
    return $entity;
}

sub ticket {
    my ($queue, $subject, %more) = @_;
    my $ticket = RT::Ticket->new($more{by} || $system);
    my ($id, undef, $why) = $ticket->Create(Queue => $queue{$queue}->Id, Subject => $subject,
        Requestor => $more{from} || 'lea@example.org',
        MIMEObj => mail(text => 'It does not work.', %{ $more{mail} || {} }));
    must($id, $why);
    return $ticket;
}

sub current {
    my $user = RT::CurrentUser->new;
    $user->Load(shift);
    return $user;
}

sub queues {
    for my $row (['Desk', 'desk'], ['Lab Süd', 'default'], ['Board', 'default']) {
        my ($name, $cycle) = @$row;
        $queue{$name} = made(Queue => Create => Name => $name, Lifecycle => $cycle, SLADisabled => 1);
    }
}

sub people {
    person('ines', 'Inês Duarte');
    person('tomas', 'Tomáš Novák', Timezone => 'Asia/Shanghai');
    person('vera', 'Vera Blum');
    # Log-in names may hold anything.
    person('Uma Berg', 'Uma Berg', EmailAddress => 'uma@desk.test');
    my %group = map { $_ => made(Group => CreateUserDefinedGroup => Name => $_) } qw(Agents Leads Observers Board);
    my %member = (Agents => ['ines', 'tomas', 'Uma Berg'], Leads => ['ines'], Observers => ['vera'], Board => ['tomas']);
    for my $name (keys %member) {
        must($group{$name}->AddMember(current($_)->PrincipalId)) for @{ $member{$name} };
    }
    my @look = qw(SeeQueue ShowTicket SeeCustomField);
    my @work = qw(ShowTicketComments ShowOutgoingEmail CreateTicket ReplyToTicket CommentOnTicket OwnTicket
        TakeTicket StealTicket ModifyTicket ModifyCustomField SetInitialCustomField);
    for my $name ('Desk', 'Lab Süd') {
        allow($group{Agents}, $queue{$name}, @look, @work);
        allow($group{Leads}, $queue{$name}, qw(ReassignTicket DeleteTicket));
        # Observers read, but neither notes nor copies of mails.
        allow($group{Observers}, $queue{$name}, @look);
    }
    allow($group{Board}, $queue{Board}, @look, @work);
    # Into the board's queue one can move a ticket without seeing it there.
    allow($group{Agents}, $queue{Board}, qw(CreateTicket));
}

sub fields {
    for my $row (['Workspace', 'SelectSingle', 'Alpha', 'Beta'], ['Labels', 'FreeformMultiple'], ['Room', 'FreeformSingle']) {
        my ($name, $type, @values) = @$row;
        my $field = made(CustomField => Create => Name => $name, Type => $type, LookupType => 'RT::Queue-RT::Ticket');
        must($field->AddValue(Name => $_)) for @values;
        must($field->AddToObject($queue{$_})) for 'Desk', 'Lab Süd';
    }
}

sub tickets {
    my $ines = current('ines');
    # More notes in a row than fit onto a page, and then something that observers may see.
    my $noisy = ticket('Desk', 'Many notes');
    my $own = RT::Ticket->new($ines);
    $own->Load($noisy->Id);
    must($own->Comment(MIMEObj => mail(text => "Note $_"))) for 1 .. 120;
    must($own->SetStatus('open'));
    must($own->Comment(MIMEObj => mail(text => "Note $_"))) for 121 .. 150;

    ticket('Lab Süd', 'HTML mail', mail => { type => 'text/html',
        text => '<p>See&nbsp;<b>this</b>:</p><table><tr><td>Köln</td><td>12</td></tr></table><script>x()</script>' });
    ticket('Lab Süd', 'Files with names', mail => { text => 'Two files.',
        files => [['Übersicht 共有.csv', 'text/csv', "K\xf6ln;12\n"], ['все.bin', 'application/octet-stream', join '', map { chr } 0 .. 255]] });

    my $target = ticket('Desk', 'Merge target');
    my $source = ticket('Desk', 'Merge source');
    must($source->MergeInto($target->Id));
    must(ticket('Desk', 'Deleted before')->SetStatus('deleted'));
    ticket('Board', 'Hidden from most');
}

# The field Content comes with a fresh installation, for the articles of every class.
sub articles {
    my $content = made(CustomField => LoadByName => Name => 'Content', LookupType => 'RT::Class-RT::Article', IncludeGlobal => 1);
    my %class = map { $_ => made(Class => Create => Name => $_) } 'Help', 'Board papers';
    my $group = sub { my $g = RT::Group->new($system); must($g->LoadUserDefinedGroup(shift)); $g };
    my @look = qw(SeeClass ShowArticle ShowArticleHistory SeeCustomField);
    allow($group->('Agents'), $class{Help}, @look,
        qw(CreateArticle ModifyArticle DisableArticle ModifyCustomField SetInitialCustomField));
    allow($group->('Observers'), $class{Help}, @look);
    allow($group->('Board'), $class{'Board papers'}, @look);
    my $write = sub {
        my ($class, $name, $text, %more) = @_;
        my $article = RT::Article->new($system);
        my ($id, $why) = $article->Create(Class => $class, Name => $name, 'CustomField-' . $content->Id => $text, %more);
        must($id, $why);
        return $article;
    };
    $write->('Help', 'The share is not there', '<h1>The share</h1><p>Mount it from the <b>menu</b>&nbsp;&ndash; see <a href="https://help.example.org/share">the page</a>.</p><ul><li>one</li><li>two</li></ul>',
        Summary => 'What to do without a share');
    $write->('Help', 'Plain words', "A list:\n\n* one\n* two & <three>\n");
    # More than fit onto a page.
    $write->('Help', sprintf('Article %03d', $_), "Text $_.") for 1 .. 104;
    must($write->('Help', 'Deleted before', 'Old.')->SetDisabled(1));
    $write->('Board papers', 'Hidden article', 'For the board.');
    # An hour back: what a test changes is told apart from what nobody has touched.
    $RT::Handle->dbh->do("UPDATE Articles SET LastUpdated = datetime(LastUpdated, '-1 hour')");
}

# Tickets made as people make them take the server half a second each: a few are, with all that
# happens to a ticket, and the rest are copies of their rows.
my $patterns = 20;

sub bulk {
    my $count = shift;
    $queue{Desk} = made(Queue => Load => 'Desk');
    my $dbh = $RT::Handle->dbh;
    my $newest = sub { ($dbh->selectrow_array("SELECT max(id) FROM $_[0]"))[0] // 0 };
    my @tables = qw(Tickets Transactions Attachments Principals Groups GroupMembers CachedGroupMembers);
    my %before = map { $_ => $newest->($_) } @tables;
    my $few = $count < $patterns ? $count : $patterns;
    $RT::Handle->BeginTransaction;
    worked_on($_) for 1 .. $few;
    copies($dbh, \%before, { map { $_ => $newest->($_) } @tables }, $few, $count);
    $RT::Handle->Commit;
}

sub worked_on {
    my $n = shift;
    my $words = join ' ', map { "word$_" } map { $n * 7 % 90 + $_ } 1 .. 40;
    my $ticket = ticket('Desk', "Bulk $n", mail => { text => "The Workspace does not start since noon.\n$words" });
    my ($ines, $tomas) = map { my $t = RT::Ticket->new(current($_)); $t->Load($ticket->Id); $t } qw(ines tomas);
    must($ines->SetPriority(30 + $n));
    must($ines->Correspond(MIMEObj => mail(text => "Which Workspace is it, and what do you see?\n$words")));
    must($ines->SetStatus('waiting on user'));
    must($ticket->Correspond(MIMEObj => mail(text => "dws-$n-Cardio, it says: disk full.\n$words")));
    must($ines->SetStatus('open'));
    must($tomas->Comment(MIMEObj => mail(text => "Resized the disk of dws-$n-Cardio.\n$words")));
    must($ines->Correspond(MIMEObj => mail(text => 'The disk is larger now, please try again.')));
    must($ines->SetStatus('resolved')) if $n % 2;
}

# Copies of the rows that came since, each some minutes older than the one before it.
sub copies {
    my ($dbh, $before, $after, $few, $count) = @_;
    my %by = map { $_ => $after->{$_} - $before->{$_} } keys %$after;
    my $rounds = int(($count + $few - 1) / ($few || 1)) - 1;
    my %moves = (
        Tickets => { id => 'Tickets', EffectiveId => 'Tickets' },
        Transactions => { id => 'Transactions', ObjectId => 'Tickets' },
        Attachments => { id => 'Attachments', TransactionId => 'Transactions', Parent => 'Attachments' },
        Principals => { id => 'Principals' },
        Groups => { id => 'Groups', Instance => 'Tickets' },
        GroupMembers => { id => 'GroupMembers', GroupId => 'Groups', MemberId => 'Groups' },
        CachedGroupMembers => { id => 'CachedGroupMembers', GroupId => 'Groups', MemberId => 'Groups',
            ImmediateParentId => 'Groups', Via => 'CachedGroupMembers' },
    );
    # Groups have their numbers from the principals.
    $by{Groups} = $by{Principals};
    $before->{Groups} = $before->{Principals};
    for my $table (sort keys %moves) {
        my $move = $moves{$table};
        my @columns = map { $_->[1] } @{ $dbh->selectall_arrayref("PRAGMA table_info($table)") };
        for my $round (1 .. $rounds) {
            my $minutes = 5 * ($rounds - $round + 1);
            my @values = map {
                my $of = $move->{$_};
                $of ? "CASE WHEN $_ > $before->{$of} THEN $_ + $round * $by{$of} ELSE $_ END"
                : /^(Created|LastUpdated|Resolved|Started|Told)$/
                    ? "CASE WHEN $_ > '1971' THEN datetime($_, '-$minutes minutes') ELSE $_ END"
                : $_ eq 'Subject' && $table eq 'Tickets' ? "$_ || '.$round'"
                : $_
            } @columns;
            my $which = "id > $before->{$table} AND id <= $after->{$table}";
            $which .= " AND id <= " . ($after->{Tickets} - ($few * ($rounds + 1) - $count))
                if $table eq 'Tickets' && $round == $rounds;
            local $" = ',';
            $dbh->do("INSERT INTO $table(@columns) SELECT @values FROM $table WHERE $which");
        }
    }
}

sub token {
    my $user = current(shift);
    my ($done, $why, $token) = RT::AuthToken->new($system)->Create(Owner => $user->Id, Description => 'tests');
    must($done, $why);
    print "$token\n";
}

my ($verb, @with) = @ARGV;
if ($verb eq 'seed') {
    $RT::Handle->BeginTransaction;
    queues();
    people();
    fields();
    tickets();
    articles();
    $RT::Handle->Commit;
}
elsif ($verb eq 'bulk')  { bulk(@with) }
elsif ($verb eq 'token') { token(@with) }
else                     { die "fill: seed, bulk N or token USER\n" }
